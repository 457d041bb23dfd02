#include "amqp/frame_writer.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

namespace {

message_ref make_message(std::string_view exchange, std::string_view key, std::string_view body) {
  static block_builder builder;
  return builder.append({.exchange = exchange, .routing_key = key, .properties = no_properties, .body = body});
}

std::string content_bytes(std::uint16_t channel, std::string_view body, std::size_t largest) {
  std::string bytes = header_bytes(channel, body.size(), no_properties);
  for (std::size_t at = 0; at < body.size(); at += largest) bytes += frame_bytes(3, channel, body.substr(at, largest));
  return bytes;
}

}  // namespace

TEST_CASE("a delivery is basic.deliver, header and body frames", "[writer]") {
  for (const std::size_t size : {0, 1, 16, 4088, 4089, 4096, 4097, 8176, 200'000}) {
    for (const std::uint32_t frame_max : {4096u, 131072u, 0u}) {
      INFO(size << " " << frame_max);
      const std::string body(size, 'b');
      const message_ref m = make_message("amq.direct", "key", body);
      output_batch out;
      append_delivery(out, delivery_template(7, "ctag"), 42, true, m, frame_max);
      const std::string expected = method_bytes(7, basic_deliver{"ctag", 42, true, "amq.direct", "key"}) +
                                   content_bytes(7, body, frame_max == 0 ? 0xffffffff : frame_max - 8);
      CHECK(gathered(out) == expected);
      CHECK(out.total_bytes() == expected.size());
      CHECK(delivery_bytes(*m, 4, frame_max) == expected.size());
    }
  }
}

TEST_CASE("get-ok and return carry their contents", "[writer]") {
  const message_ref m = make_message("e", "k", "body");
  output_batch out;
  append_get_ok(out, 3, 9, false, m, 17, 131072);
  CHECK(gathered(out) == method_bytes(3, basic_get_ok{9, false, "e", "k", 17}) + content_bytes(3, "body", 1000));
  output_batch back;
  append_return(back, 3, reply_code::no_route, "NO_ROUTE", m, 131072);
  CHECK(gathered(back) == method_bytes(3, basic_return{312, "NO_ROUTE", "e", "k"}) + content_bytes(3, "body", 1000));
}

TEST_CASE("acks and nacks are those of the method encoder", "[writer]") {
  output_batch out;
  append_ack(out, 1, 5, true);
  append_nack(out, 2, 6, true, true);
  append_nack(out, 2, 6, false, false);
  append_method(out, 3, queue_purge_ok{8});
  CHECK(gathered(out) == method_bytes(1, basic_ack{5, true}) + method_bytes(2, basic_nack{6, true, true}) +
                             method_bytes(2, basic_nack{6, false, false}) + method_bytes(3, queue_purge_ok{8}));
}

TEST_CASE("a large body is referenced, a small one copied", "[writer]") {
  const std::string large(output_batch::copy_body_bytes + 1, 'L');
  const message_ref m = make_message("", "k", large);
  output_batch out;
  append_delivery(out, delivery_template(1, "t"), 1, false, m, 131072);
  output_batch::segment segments[8];
  REQUIRE(out.gather(segments, 8) == 3);
  CHECK(segments[1].data == m->body().data());
  CHECK(segments[1].size == large.size());
  output_batch small;
  append_delivery(small, delivery_template(1, "t"), 1, false, make_message("", "k", "s"), 131072);
  CHECK(small.gather(segments, 8) == 1);
}

TEST_CASE("a referenced body outlives everybody else's reference until it is sent", "[writer]") {
  output_batch out;
  {
    block_builder builder;
    append_delivery(out, delivery_template(1, "t"), 1, false,
                    builder.append({.properties = no_properties, .body = std::string(100'000, 'x')}), 131072);
  }
  CHECK(gathered(out).find(std::string(100'000, 'x')) != std::string::npos);
}

TEST_CASE("gather tells no more segments than asked for, and can go on later", "[writer]") {
  output_batch out;
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    const message_ref m = make_message("e", "k", std::string(5000, static_cast<char>('a' + i)));
    append_delivery(out, delivery_template(1, "t"), 1, false, m, 131072);
  }
  expected = gathered(out);
  std::string got;
  while (!out.empty()) {
    output_batch::segment segments[3];
    const std::size_t n = out.gather(segments, 3);
    REQUIRE(n > 0);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < n; ++i) {
      got.append(segments[i].data, segments[i].size);
      bytes += segments[i].size;
    }
    out.consume(bytes);
  }
  CHECK(got == expected);
  out.release_memory();
  append_heartbeat(out);
  CHECK(out.total_bytes() == 8);
}

TEST_CASE("appending and partial writes in any order keep every byte in its place", "[writer][property]") {
  REQUIRE(rc::check("bytes in = bytes out", [] {
    output_batch out;
    std::string expected, got;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const int what = *rc::gen::inRange(0, 4);
      if (what == 0) {
        const std::string bytes(*rc::gen::inRange<std::size_t>(0, 6000), static_cast<char>('a' + i % 26));
        out.append(bytes);
        expected += bytes;
      } else if (what == 1) {
        const message_ref m =
            make_message("", "", std::string(*rc::gen::inRange<std::size_t>(0, 9000), static_cast<char>('A' + i % 26)));
        out.append_reference(m, m->body());
        expected += m->body();
      } else {
        output_batch::segment segments[4];
        const std::size_t n = out.gather(segments, 4);
        std::string head;
        for (std::size_t k = 0; k < n; ++k) head.append(segments[k].data, segments[k].size);
        const std::size_t sent = *rc::gen::inRange<std::size_t>(0, head.size() + 1);
        got += head.substr(0, sent);
        out.consume(sent);
      }
      RC_ASSERT(out.total_bytes() == expected.size() - got.size());
    }
    RC_ASSERT(got + gathered(out) == expected);
  }));
}

TEST_CASE("consuming more than there is breaks an invariant", "[writer]") {
  output_batch out;
  append_heartbeat(out);
  CHECK_THROWS_AS(out.consume(9), invariant_violation);
}
