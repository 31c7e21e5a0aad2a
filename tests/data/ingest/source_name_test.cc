#include "data/ingest/source_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/ingest/region_import.h"
#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::source_name_test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SourceName, IsThatOfTheFile) {
  EXPECT_EQ(source_name("maps/town.gpkg"), "town.gpkg");
  EXPECT_EQ(source_name("maps/town.gdb/"), "town.gdb");
  EXPECT_EQ(source_name("."), std::filesystem::current_path().filename().string());
  EXPECT_EQ(source_name(".."), std::filesystem::current_path().parent_path().filename().string());
  EXPECT_EQ(source_name("maps/a\nb.gpkg"), "a\\x0ab.gpkg");
  EXPECT_FALSE(is_database("maps/PG:.gpkg"));
}

TEST(SourceName, OfADatabaseHoldsNoSecret) {
  EXPECT_EQ(source_name("PG:host=db.example user=ann password=s3cret dbname=grid"),
            "PG:host=db.example dbname=grid");
  EXPECT_EQ(source_name("PG: DBNAME = 'my grid' password='it''s/a\\' secret' "), "PG:")
      << "a quote ends the value, as libpq reads it";
  EXPECT_EQ(source_name("PG:dbname='my grid' password='a\\' b' port=5433"),
            "PG:dbname=my grid port=5433");
}

TEST(SourceName, WordsThatAreNotUnderstoodAreNotRepeated) {
  for (const char* words :
       {"PG:s3cret", "PG:postgresql://ann:s3cret@db/grid", "PG:password='s3cret", "PG:=s3cret",
        "PG:host=a s3cret", "postgresql://ann:s3cret@db", "postgres://ann:s3cret@db/grid?a=b",
        "PostgreSQL://s3cret@db/s3cret"}) {
    const auto parsed = DatabaseWords::parse(words);
    ASSERT_FALSE(parsed) << words;
    EXPECT_EQ(parsed.error().reason, "DATABASE_WORDS");
    EXPECT_THAT(describe(parsed.error()), Not(HasSubstr("s3cret")));
    EXPECT_THAT(source_name(words), Not(HasSubstr("s3cret")));
    const auto opened = VectorSource::open(words);
    ASSERT_FALSE(opened);
    EXPECT_THAT(describe(opened.error()), Not(HasSubstr("s3cret")));
  }
}

TEST(SourceName, ADatabaseIsOneHoweverItsPrefixIsWritten) {
  EXPECT_EQ(source_name("pg:host=db.example password=s3cret"), "PG:host=db.example");
  EXPECT_EQ(DatabaseWords::parse("pg:host=db.example")->connection(), "PG:host=db.example");
  EXPECT_EQ(source_name("PG:host=db dbname=postgresql://ann:s3cret@db/grid"), "PG:host=db");
  EXPECT_EQ(DatabaseWords::parse("PG:schemas=a Schemas='b c'")->value("schemas"), "b c");
  EXPECT_EQ(DatabaseWords::parse("PG:host=a")->value("schemas"), std::nullopt);
}

TEST(SourceName, SecretsAreTakenOutOfWhatALibrarySays) {
  const auto words = DatabaseWords::parse("PG:dbname=grid user=ann password=s3cret");
  ASSERT_TRUE(words);
  EXPECT_EQ(words->without_secrets("ann/s3cret@grid s3cret"), "***/***@grid ***");
}

TEST(SourceName, ADatabaseThatDoesNotAnswerIsRefusedWithoutItsPassword) {
  const auto source = VectorSource::open(
      "PG:host=127.0.0.1 port=1 dbname=grid user=ann password=s3cret connect_timeout=2");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().reason, "DATABASE_UNAVAILABLE");
  EXPECT_EQ(source.error().place.file, "PG:host=127.0.0.1 port=1 dbname=grid");
  EXPECT_THAT(describe(source.error()), Not(HasSubstr("s3cret")));
}

TEST(SourceName, ARegionTomlMayNameADatabase) {
  const TownSource town;
  town.write_file("region.toml",
                  "[[sources]]\npath = 'PG:dbname=grid'\n[[sources]]\npath = 'a.gpkg'\n");
  const auto spec = read_region_toml(town.folder() / "region.toml");
  ASSERT_TRUE(spec) << describe(spec.error());
  EXPECT_EQ(spec->sources[0].path, "PG:dbname=grid");
  EXPECT_EQ(spec->sources[1].path, town.folder() / "a.gpkg");
}

}  // namespace
}  // namespace gridmend::source_name_test
