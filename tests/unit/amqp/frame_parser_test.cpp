#include "amqp/frame_parser.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

TEST_CASE("a frame is cut out without copying", "[frames]") {
  frame_parser parser;
  const std::string bytes = frame_bytes(3, 0x1234, "payload") + "rest";
  bytes_view in = bytes;
  frame f;
  REQUIRE(parser.next(in, f) == frame_parser::step::frame);
  CHECK(f.type == 3);
  CHECK(f.channel == 0x1234);
  CHECK(f.payload == "payload");
  CHECK(f.payload.data() == bytes.data() + 7);
  CHECK(in == "rest");
}

TEST_CASE("an incomplete frame stays, and how much is missing is told", "[frames]") {
  frame_parser parser;
  const std::string bytes = frame_bytes(1, 1, "0123456789");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    bytes_view in = bytes_view(bytes).substr(0, n);
    frame f;
    REQUIRE(parser.next(in, f) == frame_parser::step::more);
    CHECK(in.size() == n);
    CHECK(parser.needed() == (n < 7 ? 7 - n : bytes.size() - n));
  }
}

TEST_CASE("before tune 4096 is the limit, with the 8 bytes that RabbitMQ gives away", "[frames]") {
  frame_parser parser;
  frame f;
  std::string bytes = frame_bytes(1, 1, std::string(4096, 'x'));
  bytes_view in = bytes;
  CHECK(parser.next(in, f) == frame_parser::step::frame);
  bytes = frame_bytes(1, 1, std::string(4097, 'x'));
  in = bytes;
  REQUIRE(parser.next(in, f) == frame_parser::step::failed);
  CHECK(parser.failure().what.text == "type 1, all octets = <<>>: {frame_too_large,4097,4088}");
  CHECK(parser.failure().how == wire_error::ending::fatal);
}

TEST_CASE("an unlimited frame_max still refuses what no message can need", "[frames]") {
  frame_parser parser;
  parser.set_frame_max(0);
  frame f;
  const std::string large = std::string("\x03\0\1", 3) + be32(200'000'000);
  bytes_view in = large;
  CHECK(parser.next(in, f) == frame_parser::step::more);
  const std::string huge = std::string("\x03\0\1", 3) + be32(0xffffffff);
  in = huge;
  CHECK(parser.next(in, f) == frame_parser::step::failed);
}

TEST_CASE("the cuts between reads make no difference", "[frames][property]") {
  REQUIRE(rc::check("frames in = frames out", [] {
    const auto payloads = *rc::gen::container<std::vector<std::string>>(rc::gen::arbitrary<std::string>());
    std::string bytes;
    for (const auto& p : payloads) bytes += frame_bytes(3, 1, p);
    frame_parser parser;
    std::string unread;
    std::vector<std::string> got;
    while (!bytes.empty()) {
      const std::size_t n = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
      unread += bytes.substr(0, n);
      bytes.erase(0, n);
      bytes_view in = unread;
      frame f;
      frame_parser::step step;
      while ((step = parser.next(in, f)) == frame_parser::step::frame) got.emplace_back(f.payload);
      RC_ASSERT(step == frame_parser::step::more);
      unread.erase(0, unread.size() - in.size());
      RC_ASSERT(parser.needed() > 0u);
    }
    RC_ASSERT(got == payloads);
    RC_ASSERT(unread.empty());
  }));
}
