#include "service/engine/evidence_hash.h"

#include <gtest/gtest.h>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::evidence_hash_test {
namespace {

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");
Time minute(int minutes) { return kStart + std::chrono::minutes{minutes}; }

std::string hash_of(const EvidenceBook& book) {
  Hasher hasher;
  add_to_hash(book, hasher);
  return to_hex(hasher.finish());
}

struct Books {
  NetworkModel network = drawing::draw("S==B1--n1--F1--T1(2)");
  Id<Device> fuse = drawing::device(network, "F1");
  Id<UsagePoint> point = drawing::usage_point(network, "T1.1");
  EvidenceBook one{network}, other{network};

  void report(EvidenceBook& book, int at, const char* crew, Finding finding) const {
    book.record({"", minute(at), {}, crew, FieldReport{fuse, {}, finding, ""}});
  }
  void gasp(EvidenceBook& book, int at) const {
    book.record({"", minute(at), {}, "ami", LastGasp{point}});
  }
};

// The older word shows in nothing else until the newest one is taken back.
TEST(EvidenceHash, TellsWhatEachCrewFoundApart) {
  Books books;
  books.report(books.one, 0, "crew/1", Finding::damaged);
  books.report(books.other, 5, "crew/1", Finding::damaged);
  for (EvidenceBook* book : {&books.one, &books.other})
    books.report(*book, 10, "crew/2", Finding::damaged);
  EXPECT_EQ(books.one.find(books.fuse)->report_at, books.other.find(books.fuse)->report_at);
  EXPECT_NE(hash_of(books.one), hash_of(books.other));
}

TEST(EvidenceHash, TellsTheMinutesInWhichAMeterGaspedApart) {
  Books books;
  for (const int at : {0, 10, 20}) books.gasp(books.one, at);
  for (const int at : {4, 10, 20}) books.gasp(books.other, at);
  EXPECT_EQ(books.one.find(books.point)->gasp_slots, books.other.find(books.point)->gasp_slots);
  EXPECT_NE(hash_of(books.one), hash_of(books.other));
}

TEST(EvidenceHash, IsTheSameInWhateverOrderItCame) {
  Books books;
  for (const int at : {0, 10, 20}) books.gasp(books.one, at);
  for (const int at : {20, 0, 10}) books.gasp(books.other, at);
  books.report(books.one, 0, "crew/1", Finding::damaged);
  books.report(books.one, 5, "crew/1", Finding::open);
  books.report(books.other, 5, "crew/1", Finding::open);
  books.report(books.other, 0, "crew/1", Finding::damaged);
  EXPECT_EQ(hash_of(books.one), hash_of(books.other));
}

}  // namespace
}  // namespace gridmend::evidence_hash_test
