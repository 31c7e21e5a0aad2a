#include "bench/reliability_diagram.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace gridmend::accuracy {
namespace {

constexpr double kLeft = 60, kTop = 50, kSide = 400;
constexpr std::array<const char*, 4> kColours = {"#0b6fa4", "#c2571a", "#4d7c0f", "#7c3aed"};

std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

double across(double p) { return kLeft + kSide * p; }
double up(double p) { return kTop + kSide * (1 - p); }

void write_axes(std::ostream& out, const std::string& title) {
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 510\" "
         "font-family=\"sans-serif\" "
         "font-size=\"13\">\n<rect width=\"700\" height=\"510\" fill=\"#ffffff\"/>\n"
      << "<text x=\"" << kLeft << "\" y=\"28\" font-size=\"16\">" << title << "</text>\n";
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    const double p = tenth / 10.;
    out << "<path d=\"M" << fixed(across(0)) << ' ' << fixed(up(p)) << 'H' << fixed(across(1))
        << 'M' << fixed(across(p)) << ' ' << fixed(up(0)) << 'V' << fixed(up(1))
        << "\" stroke=\"#dddddd\" fill=\"none\"/>\n"
        << "<text x=\"" << fixed(kLeft - 8) << "\" y=\"" << fixed(up(p) + 4)
        << "\" text-anchor=\"end\">" << fixed(p) << "</text>\n<text x=\"" << fixed(across(p))
        << "\" y=\"" << fixed(up(0) + 18) << "\" text-anchor=\"middle\">" << fixed(p)
        << "</text>\n";
  }
  out << "<path d=\"M" << fixed(across(0)) << ' ' << fixed(up(0)) << 'L' << fixed(across(1)) << ' '
      << fixed(up(1)) << "\" stroke=\"#888888\" stroke-dasharray=\"5 4\"/>\n"
      << "<text x=\"" << fixed(across(.5)) << "\" y=\"" << fixed(up(0) + 40)
      << "\" text-anchor=\"middle\">probability said</text>\n<text transform=\"translate(18 "
      << fixed(up(.5)) << ") rotate(-90)\" text-anchor=\"middle\">share that happened</text>\n";
}

}  // namespace

void write_reliability_diagram(std::ostream& out, const std::string& title,
                               std::span<const ReliabilitySeries> series, double at_least) {
  write_axes(out, title);
  for (std::size_t s = 0; s < series.size() && s < kColours.size(); ++s) {
    std::string line;
    for (const ReliabilityBins::Bin& bin : series[s].bins.bins) {
      if (bin.count < at_least) continue;
      const double x = across(bin.expected / bin.count), y = up(bin.happened / bin.count);
      line += (line.empty() ? "M" : "L") + fixed(x) + " " + fixed(y);
      out << "<circle cx=\"" << fixed(x) << "\" cy=\"" << fixed(y) << "\" r=\""
          << fixed(2 + std::log10(bin.count)) << "\" fill=\"" << kColours[s]
          << "\" fill-opacity=\"0.75\"><title>" << static_cast<long long>(bin.count)
          << "</title></circle>\n";
    }
    out << "<path d=\"" << line << "\" stroke=\"" << kColours[s] << "\" fill=\"none\"/>\n";
    const double y = kTop + 14 + 22 * static_cast<double>(s);
    out << "<circle cx=\"482\" cy=\"" << fixed(y - 4) << "\" r=\"5\" fill=\"" << kColours[s]
        << "\"/>\n<text x=\"494\" y=\"" << fixed(y) << "\">" << series[s].name << "</text>\n";
  }
  out << "</svg>\n";
}

}  // namespace gridmend::accuracy
