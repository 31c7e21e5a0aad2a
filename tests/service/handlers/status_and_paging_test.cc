#include <gtest/gtest.h>

#include "core/base/random.h"
#include "google/rpc/error_details.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "service/handlers/paging.h"
#include "service/handlers/status.h"

namespace gridmend::status_and_paging_test {
namespace {

TEST(Status, CarriesCodeReasonFieldAndAdviceToTryAgain) {
  const Error error{ErrorCode::resource_exhausted, "DISK_FULL", "no room", "evidence", {}};
  const grpc::Status status = to_status(error);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "no room");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_EQ(details.details_size(), 3);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "DISK_FULL");
  EXPECT_EQ(info.domain(), "gridmend");
  EXPECT_EQ(info.metadata().at("field"), "evidence");
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.details(1).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "evidence");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(details.details(2).UnpackTo(&retry));
  EXPECT_GT(retry.retry_delay().seconds(), 0);
}

TEST(Status, EveryErrorCodeComesBackFromTheWire) {
  for (const ErrorCode code :
       {ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::already_exists,
        ErrorCode::failed_precondition, ErrorCode::aborted, ErrorCode::out_of_range,
        ErrorCode::resource_exhausted, ErrorCode::unimplemented, ErrorCode::unavailable,
        ErrorCode::permission_denied, ErrorCode::internal}) {
    const Error back = to_error(to_status({code, "REASON", "words", "a.b", {}}));
    EXPECT_EQ(back.code, code);
    EXPECT_EQ(back.reason, "REASON");
    EXPECT_EQ(back.field, "a.b");
  }
}

TEST(Status, ALongMessageIsCutBetweenLetters) {
  std::string words;
  for (int i = 0; i < 2000; ++i) words += "电";
  const grpc::Status status = to_status({ErrorCode::internal, "R", words, {}, {}});
  EXPECT_LT(status.error_message().size(), 1100U);
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));  // proto3 texts must be UTF-8
}

TEST(Paging, ATokenLeadsOnAndBelongsToItsQuestion) {
  v1::ListOutagesRequest request;
  request.set_page_size(10);
  const PageTokens first{request};
  EXPECT_EQ(first.place().value(), "");
  request.set_page_token(first.token("O-000017"));
  request.set_page_size(20);
  EXPECT_EQ(PageTokens{request}.place().value(), "O-000017");
  request.mutable_filter()->set_feeder("S");
  const auto other = PageTokens{request}.place();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "PAGE_TOKEN_INVALID");
  EXPECT_EQ(other.error().field, "page_token");
}

TEST(Paging, NumbersComeBackAndGarbageIsRefused) {
  v1::ListAffectedUsagePointsRequest request;
  request.set_outage("O-1");
  const PageTokens tokens{request};
  EXPECT_EQ(tokens.number().value(), 0U);
  request.set_page_token(tokens.token(std::uint64_t{123456789}));
  EXPECT_EQ(PageTokens{request}.number().value(), 123456789U);
  request.set_page_token(tokens.token("12x"));
  EXPECT_FALSE(PageTokens{request}.number());
  Random random{5};
  for (int i = 0; i < 1000; ++i) {
    std::string garbage;
    for (int j = 0; j < 20; ++j) garbage += "0123456789abcdefxyz"[random.below(19)];
    request.set_page_token(garbage);
    EXPECT_FALSE(PageTokens{request}.place()) << garbage;
  }
}

TEST(Paging, SizesAreBounded) {
  EXPECT_EQ(page_size(0).value(), 100U);
  EXPECT_EQ(page_size(7).value(), 7U);
  EXPECT_EQ(page_size(1'000'000).value(), 1000U);
  EXPECT_EQ(page_size(-1).error().field, "page_size");
}

}  // namespace
}  // namespace gridmend::status_and_paging_test
