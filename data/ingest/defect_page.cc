// The page of defects: write_defects_html.

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "core/base/printable.h"
#include "core/network/supply_forest.h"
#include "data/ingest/defect_catalogue.h"
#include "data/ingest/defect_map.h"
#include "data/ingest/defect_report.h"

namespace gridmend {
namespace {

constexpr std::size_t kDotsOnTheMap = 4000;
constexpr std::size_t kFeedersListed = 60;

constexpr std::array<DefectSeverity, 3> kGravestFirst = {
    DefectSeverity::severe, DefectSeverity::warning, DefectSeverity::note};

constexpr std::string_view kStyle = R"css(
:root{--ink:#1c2430;--soft:#5b6778;--line:#e3e7ed;--paper:#fff;--ground:#f5f7fa;--severe:#b42318;--warning:#c26a00;--note:#3b6fb6}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1180px;margin:0 auto;padding:28px 24px 60px}
h1{font-size:26px;margin:0 0 2px;letter-spacing:-.01em}h2{font-size:18px;margin:34px 0 12px}h3{font-size:16px;margin:0}
.sub{color:var(--soft);margin:0 0 20px}.zh{color:var(--soft);font-weight:400;margin-left:.5em;white-space:nowrap}a{color:#1d4f91}.card td:first-child{min-width:11em}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px}
.tile,.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:27px;line-height:1.15;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
.tile.severe{border-top:4px solid var(--severe)}.tile.warning{border-top:4px solid var(--warning)}.tile.note{border-top:4px solid var(--note)}.tile.plain{border-top:4px solid #7b8794}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:16px}@media(max-width:820px){.two{grid-template-columns:1fr}}
svg{display:block;width:100%;height:auto;background:#fbfcfe;border-radius:6px}svg .net{fill:none;stroke:#b9c3d1;stroke-width:.8}
svg circle{stroke:#fff;stroke-width:.8}svg .severe{fill:var(--severe)}svg .warning{fill:var(--warning)}svg .note{fill:var(--note);opacity:.75}
svg .scale{stroke:#44505f;stroke-width:3}svg text{font-size:13px;fill:#44505f}#here{fill:none;stroke:#111;stroke-width:2.5}
.key{display:flex;gap:18px;color:var(--soft);font-size:13px;margin-top:8px;flex-wrap:wrap}.dot{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:6px;vertical-align:-1px}
table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;padding:6px 9px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.list th{cursor:pointer;user-select:none;overflow-wrap:normal}.list th[aria-sort=ascending]:after{content:" \2191"}.list th[aria-sort=descending]:after{content:" \2193"}
.list tbody tr:hover{background:#f2f6fc}.list tr[data-at]{cursor:pointer}
code{font:12.5px ui-monospace,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;background:#eef1f5;border-radius:4px;padding:1px 5px}
.tag{display:inline-block;border-radius:9px;padding:0 8px;font-size:12px;line-height:19px;color:#fff}.tag.severe{background:var(--severe)}.tag.warning{background:var(--warning)}.tag.note{background:var(--note)}
ol.first{margin:0;padding-left:1.3em}ol.first li{margin:0 0 9px}.soft{color:var(--soft)}
details{background:var(--paper);border:1px solid var(--line);border-radius:10px;margin:0 0 12px}summary{padding:12px 16px;cursor:pointer;display:flex;gap:12px;align-items:baseline;flex-wrap:wrap;list-style:none}
summary:before{content:"\25B8";color:var(--soft)}details[open] summary:before{content:"\25BE"}summary::-webkit-details-marker{display:none}
details>div{padding:0 16px 14px}.why{margin:0 0 10px}.bar{position:sticky;top:0;background:var(--ground);padding:10px 0;display:flex;gap:16px;align-items:center;flex-wrap:wrap;z-index:1}
input[type=search]{flex:1 1 260px;font:inherit;padding:7px 12px;border:1px solid #c8d0da;border-radius:8px;background:#fff}
footer{color:var(--soft);font-size:13px;margin-top:34px}
@media print{body{background:#fff;font-size:11px}main{max-width:none;padding:0}.bar{display:none}details,.card,.tile{break-inside:avoid;border-color:#bbb}details[open]{break-inside:auto}tr{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

constexpr std::string_view kScript = R"js(
(function(){
var find=document.getElementById('find'),boxes=document.querySelectorAll('.bar input[type=checkbox]'),lists=document.querySelectorAll('table.list');
function filter(){var words=find.value.toLowerCase().split(/\s+/).filter(Boolean),on={};
boxes.forEach(function(b){on[b.value]=b.checked});
lists.forEach(function(t){var shown=0;Array.prototype.forEach.call(t.tBodies[0].rows,function(r){var text=r.textContent.toLowerCase();
var show=on[r.dataset.severity]&&words.every(function(w){return text.indexOf(w)>=0});r.hidden=!show;if(show)shown++});
var d=t.closest('details');d.hidden=!shown;
if(words.length&&shown&&!d.open){d.open=true;d.dataset.found='1'}if(!words.length&&d.dataset.found){d.open=false;delete d.dataset.found}})}
find.addEventListener('input',filter);boxes.forEach(function(b){b.addEventListener('change',filter)});
lists.forEach(function(t){Array.prototype.forEach.call(t.tHead.rows[0].cells,function(h,i){h.addEventListener('click',function(){
var up=h.getAttribute('aria-sort')!=='ascending',rows=Array.prototype.slice.call(t.tBodies[0].rows);
function key(r){var c=r.cells[i];return c.dataset.k!==undefined?Number(c.dataset.k):c.textContent}
rows.sort(function(a,b){var x=key(a),y=key(b);return (typeof x==='number'?x-y:x.localeCompare(y,undefined,{numeric:true}))*(up?1:-1)});
Array.prototype.forEach.call(h.parentNode.cells,function(c){c.removeAttribute('aria-sort')});h.setAttribute('aria-sort',up?'ascending':'descending');
rows.forEach(function(r){t.tBodies[0].appendChild(r)})})});
t.tBodies[0].addEventListener('click',function(e){var r=e.target.closest('tr[data-at]');if(!r)return;var p=r.dataset.at.split(' '),c=document.getElementById('here');
c.setAttribute('cx',p[0]);c.setAttribute('cy',p[1]);document.getElementById('map').scrollIntoView({behavior:'smooth',block:'center'})})});
document.querySelectorAll('a[href^="#"]').forEach(function(a){a.addEventListener('click',function(){
var d=document.getElementById(a.getAttribute('href').slice(1));if(!d)return;if(d.hidden){find.value='';boxes.forEach(function(b){b.checked=true});filter()}d.open=true})});
window.addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true})});
})();
)js";

std::string place_text(const Defect& defect) {
  std::string text;
  if (!defect.place.layer.empty()) text += html_text(defect.place.layer) + " ";
  if (!defect.place.feature_id.empty()) {
    text += "<code>" + html_text(defect.place.feature_id) + "</code>";
  }
  if (!defect.place.column.empty()) text += " column " + html_text(defect.place.column);
  return text;
}

class DefectPage {
 public:
  DefectPage(std::ostream& out, const Region& region, const DefectTally& tally)
      : out_(out),
        region_(region),
        tally_(tally),
        map_(region),
        urgent_(by_urgency(region.defects)) {}

  void write() {
    const std::string name = html_text(region_.provenance.name);
    out_ << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'unsafe-inline'; script-src 'unsafe-inline'\"><title>Defects of "
         << name << "</title>\n<style>" << kStyle << "</style></head>\n<body><main>\n";
    write_head(name);
    write_tiles();
    write_map_and_first();
    write_classes();
    write_by_layer_and_feeder();
    write_findings();
    out_ << "<footer>Written by gridmend import. Customers are those at a defect and behind it in "
            "normal operation; one who lies behind several defects is counted at each.</footer>\n"
            "</main><script>"
         << kScript << "</script></body></html>\n";
  }

 private:
  void write_head(const std::string& name) {
    out_ << "<h1>Defects of " << name << "<span class=\"zh\">电网数据质量报告</span></h1>\n"
         << "<p class=\"sub\">";
    bool first = true;
    for (const std::string& source : region_.provenance.sources) {
      out_ << (first ? "" : ", ") << html_text(source);
      first = false;
    }
    out_ << " · read as " << html_text(region_.provenance.profile) << " · region <code>"
         << to_hex(region_.id) << "</code></p>\n";
  }

  void tile(std::string_view kind, std::uint64_t number, std::string_view label) {
    out_ << "<div class=\"tile " << kind << "\"><b>" << with_commas(number) << "</b><span>" << label
         << "</span></div>\n";
  }

  void write_tiles() {
    const SwitchState normal{region_.network};
    const SupplyForest forest = SupplyForest::derive(region_.network, normal);
    const std::size_t all = region_.network.usage_points().size();
    out_ << "<div class=\"tiles\">\n";
    tile("severe", tally_.of(DefectSeverity::severe), "severe · 严重");
    tile("warning", tally_.of(DefectSeverity::warning), "warnings · 警告");
    tile("note", tally_.of(DefectSeverity::note), "notes · 提示");
    tile("plain", all - forest.unsupplied_usage_points().size(),
         "of " + with_commas(all) + " usage points supplied · 供电用户");
    tile("plain", region_.network.devices().size(), "devices · 设备");
    out_ << "</div>\n";
  }

  void write_map_and_first() {
    std::vector<std::uint32_t> shown{
        urgent_.begin(),
        urgent_.begin() + static_cast<std::ptrdiff_t>(std::min(urgent_.size(), kDotsOnTheMap))};
    out_ << "<h2>Where they are<span class=\"zh\">分布</span></h2><div class=\"card\">";
    map_.write(out_, shown);
    out_ << "<div class=\"key\">";
    for (const DefectSeverity severity : kGravestFirst) {
      out_ << "<span><i class=\"dot\" style=\"background:var(--" << to_string(severity)
           << ")\"></i>" << to_string(severity) << "</span>";
    }
    out_ << "<span>click a row below to see its place</span></div></div>\n";
    const std::vector<std::uint32_t> first = first_to_mend(region_.defects);
    if (first.empty()) return;
    out_ << "<h2>First to mend<span class=\"zh\">优先处理</span></h2><div class=\"card\"><ol "
            "class=\"first\">\n";
    for (const std::uint32_t i : first) {
      const Defect& defect = region_.defects[i];
      out_ << "<li><span class=\"tag " << to_string(defect.severity) << "\">"
           << to_string(defect.severity) << "</span> <b>" << explain(defect.defect_class).title
           << "</b> " << place_text(defect) << " — " << html_text(defect.message);
      if (defect.subject.customers > 0) {
        out_ << " <span class=\"soft\">(" << with_commas(defect.subject.customers)
             << (defect.subject.customers == 1 ? " customer)</span>" : " customers)</span>");
      }
      out_ << "</li>\n";
    }
    out_ << "</ol></div>\n";
  }

  // The gravest classes first, of equals the larger.
  std::vector<DefectClass> classes() const {
    std::vector<DefectClass> found;
    for (std::size_t i = 0; i < kDefectClasses; ++i) {
      if (tally_.of(static_cast<DefectClass>(i)) > 0) found.push_back(static_cast<DefectClass>(i));
    }
    const auto key = [this](DefectClass c) {
      return std::array{tally_.of(c, DefectSeverity::severe), tally_.of(c, DefectSeverity::warning),
                        tally_.of(c, DefectSeverity::note)};
    };
    std::ranges::stable_sort(found, [&](DefectClass a, DefectClass b) { return key(a) > key(b); });
    return found;
  }

  void counts(const DefectTally& tally, DefectClass defect_class) {
    for (const DefectSeverity severity : kGravestFirst) {
      cell(tally.of(defect_class, severity));
    }
  }
  void cell(std::size_t number) {
    out_ << "<td class=\"n\">" << (number > 0 ? with_commas(number) : "") << "</td>";
  }

  void write_classes() {
    out_
        << "<h2>By class<span class=\"zh\">按类别</span></h2><div class=\"card\"><table><thead><tr>"
           "<th>Class</th><th class=\"n\">Severe</th><th class=\"n\">Warning</th><th "
           "class=\"n\">Note</th><th>What it means, and what to do</th></tr></thead><tbody>\n";
    for (const DefectClass defect_class : classes()) {
      const DefectExplanation& text = explain(defect_class);
      out_ << "<tr><td><a href=\"#" << to_string(defect_class) << "\">" << text.title
           << "</a><br><span class=\"soft\">" << text.title_zh << "</span></td>";
      counts(tally_, defect_class);
      out_ << "<td>" << text.meaning << " <span class=\"soft\">" << text.remedy
           << "</span></td></tr>\n";
    }
    out_ << "</tbody></table></div>\n";
  }

  using Counts = std::array<std::size_t, 3>;  // by severity

  void write_counts(std::string_view title, std::string_view zh, std::string_view column,
                    const std::map<std::string, Counts>& rows) {
    std::vector<std::pair<std::string, Counts>> sorted{rows.begin(), rows.end()};
    std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) {
      return std::tuple{a.second[2], a.second[1], a.second[0]} >
             std::tuple{b.second[2], b.second[1], b.second[0]};
    });
    out_ << "<div><h2>" << title << "<span class=\"zh\">" << zh
         << "</span></h2><div class=\"card\"><table><thead><tr><th>" << column
         << "</th><th class=\"n\">Severe</th><th class=\"n\">Warning</th><th "
            "class=\"n\">Note</th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i == kFeedersListed) {
        out_ << "<tr><td colspan=\"4\" class=\"soft\">and " << sorted.size() - i
             << " more</td></tr>\n";
        break;
      }
      out_ << "<tr><td>" << sorted[i].first << "</td>";
      for (const std::size_t severity : {2, 1, 0}) cell(sorted[i].second[severity]);
      out_ << "</tr>\n";
    }
    out_ << "</tbody></table></div></div>\n";
  }

  void write_by_layer_and_feeder() {
    if (region_.defects.empty()) return;
    std::map<std::string, Counts> layers, feeders;
    for (const Defect& defect : region_.defects) {
      const auto severity = static_cast<std::size_t>(defect.severity);
      std::string layer = html_text(defect.place.layer);
      if (layer.empty()) {
        layer = defect.place.file.empty() ? "the network as a whole" : html_text(defect.place.file);
      } else if (region_.provenance.sources.size() > 1) {
        layer += " <span class=\"soft\">" + html_text(defect.place.file) + "</span>";
      }
      ++layers[layer][severity];
      const Id<Feeder> feeder = defect.subject.feeder;
      ++feeders[feeder.valid()
                    ? "<code>" + html_text(region_.network.mrid(feeder)) + "</code> " +
                          html_text(region_.network.text(region_.network.feeders()[feeder].name))
                    : std::string{"without supply, or of no feeder"}][severity];
    }
    out_ << "<div class=\"two\">";
    write_counts("By layer", "按图层", "Layer", layers);
    write_counts("By feeder", "按馈线", "Feeder", feeders);
    out_ << "</div>\n";
  }

  void write_findings() {
    if (region_.defects.empty()) {
      out_ << "<h2>No defects</h2>\n";
      return;
    }
    std::array<std::vector<std::uint32_t>, kDefectClasses> of_class;
    for (const std::uint32_t i : urgent_) {
      of_class[static_cast<std::size_t>(region_.defects[i].defect_class)].push_back(i);
    }
    out_ << "<h2>Findings<span class=\"zh\">明细</span></h2><div class=\"bar\"><input "
            "type=\"search\" "
            "id=\"find\" placeholder=\"Filter: id, feeder, words of the message\">";
    for (const DefectSeverity severity : kGravestFirst) {
      out_ << "<label><input type=\"checkbox\" checked value=\"" << to_string(severity) << "\"> "
           << to_string(severity) << "</label>";
    }
    out_ << "</div>\n";
    bool open = true;
    for (const DefectClass defect_class : classes()) {
      write_class(defect_class, of_class[static_cast<std::size_t>(defect_class)], open);
      open = false;
    }
  }

  void write_class(DefectClass defect_class, const std::vector<std::uint32_t>& defects, bool open) {
    const DefectExplanation& text = explain(defect_class);
    out_ << "<details id=\"" << to_string(defect_class) << "\"" << (open ? " open" : "")
         << "><summary><h3>" << text.title << "<span class=\"zh\">" << text.title_zh
         << "</span></h3><span class=\"soft\">" << with_commas(tally_.of(defect_class))
         << "</span></summary><div><p class=\"why\">" << text.meaning << " <span class=\"soft\">"
         << text.remedy
         << "</span></p>\n<table class=\"list\"><thead><tr><th>Severity</th><th>Feature</th><th>"
            "Finding</th><th>Done</th><th>Feeder</th><th class=\"n\">Customers</th></tr></thead>"
            "<tbody>\n";
    const std::size_t listed = std::min(defects.size(), kListedOfAClass);
    for (std::size_t i = 0; i < listed; ++i) write_row(region_.defects[defects[i]]);
    out_ << "</tbody></table>";
    if (tally_.of(defect_class) > listed) {
      out_ << "<p class=\"soft\">" << with_commas(tally_.of(defect_class) - listed)
           << " more are not listed here: write them with <code>--defects FILE.gpkg</code> or "
              "<code>FILE.csv</code>.</p>";
    }
    out_ << "</div></details>\n";
  }

  void write_row(const Defect& defect) {
    out_ << "<tr data-severity=\"" << to_string(defect.severity) << "\"";
    if (defect.position) {
      if (const auto at = map_.place(*defect.position)) {
        out_ << " data-at=\"" << at->first << ' ' << at->second << "\"";
      }
    }
    out_ << "><td data-k=\"" << static_cast<int>(defect.severity) << "\"><span class=\"tag "
         << to_string(defect.severity) << "\">" << to_string(defect.severity) << "</span></td><td>"
         << place_text(defect) << "</td><td>" << html_text(defect.message)
         << "</td><td class=\"soft\">" << html_text(defect.action) << "</td><td>";
    if (defect.subject.feeder.valid()) {
      out_ << "<code>" << html_text(region_.network.mrid(defect.subject.feeder)) << "</code>";
    }
    out_ << "</td><td class=\"n\" data-k=\"" << defect.subject.customers << "\">"
         << (defect.subject.customers > 0 ? with_commas(defect.subject.customers) : "")
         << "</td></tr>\n";
  }

  std::ostream& out_;
  const Region& region_;
  const DefectTally& tally_;
  DefectMap map_;
  std::vector<std::uint32_t> urgent_;
};

}  // namespace

void write_defects_html(std::ostream& out, const Region& region, const DefectTally& tally) {
  DefectPage{out, region, tally}.write();
}

}  // namespace gridmend
