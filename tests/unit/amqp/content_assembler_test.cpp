#include "amqp/content_assembler.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "amqp/expiration.hpp"
#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

namespace {

using step = content_assembler::step;

std::string publish_method(std::string exchange = "", std::string key = "q", bool mandatory = false,
                           bool immediate = false) {
  return method_bytes(1, basic_publish{0, std::move(exchange), std::move(key), mandatory, immediate});
}

/// A channel fed with bytes, in one read or in pieces.
struct channel {
  block_builder builder;
  content_assembler assembler{builder};
  assembled out;
  std::vector<publish> published;
  std::vector<method> methods;
  bool look_ahead = true;

  channel() { parser.set_frame_max(131072); }
  explicit channel(std::uint64_t max_message_bytes) : assembler(builder, max_message_bytes) {
    parser.set_frame_max(131072);
  }

  /// The last step.
  step feed(std::string_view bytes) {
    unread += bytes;
    bytes_view in = unread;
    frame f;
    step last = step::more;
    while (last != step::failed && parser.next(in, f) == frame_parser::step::frame) {
      last = look_ahead ? assembler.feed(f, in, out) : assembler.feed(f, out);
      if (last == step::publish) published.push_back(std::move(out.published));
      if (last == step::method) methods.push_back(std::move(out.received));
    }
    unread.erase(0, unread.size() - in.size());
    return last;
  }
  reply failure() { return reply_of(out.failure); }

  frame_parser parser;
  std::string unread;
};

reply fault_of(const basic_properties& p) {
  channel c;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 1, raw_properties(p)) + frame_bytes(3, 1, "x")) == step::publish);
  if (!c.published[0].fault) return {0, "", 0, 0};
  return reply_of(c.published[0].fault->why);
}

reply fault_of_expiration(std::string text) {
  basic_properties p;
  p.expiration = std::move(text);
  return fault_of(p);
}

/// A header table with one field of this letter and content, as raw properties.
std::string with_header(char letter, std::string_view content) {
  const std::string field = std::string("\x01k") + letter + std::string(content);
  return be16(0x2000) + be32(static_cast<std::uint32_t>(field.size())) + field;
}

}  // namespace

TEST_CASE("a publish in one read becomes a record", "[content]") {
  const bool look_ahead = GENERATE(true, false);
  channel c;
  c.look_ahead = look_ahead;
  basic_properties p;
  p.delivery_mode = 2;
  p.priority = 5;
  p.expiration = "60000";
  p.user_id = "guest";
  p.reply_to = "r";
  p.headers.emplace();
  const std::string raw = raw_properties(p);
  REQUIRE(c.feed(publish_method("ex", "key", true, true) + header_bytes(1, 5, raw) + frame_bytes(3, 1, "hello")) ==
          step::publish);
  const publish& got = c.published.at(0);
  CHECK(got.mandatory);
  CHECK(got.immediate);
  CHECK_FALSE(got.fault);
  const message& m = *got.content;
  CHECK(m.exchange() == "ex");
  CHECK(m.routing_key() == "key");
  CHECK(m.properties() == raw);
  CHECK(m.body() == "hello");
  CHECK(m.priority == 5);
  CHECK(m.expiration_ms == 60000);
  CHECK(m.is(message::persistent));
  CHECK(m.is(message::has_headers));
  CHECK(m.is(message::has_expiration));
  CHECK(m.is(message::has_user_id));
  CHECK(m.is(message::has_reply_to));
  CHECK(c.assembler.idle());
}

TEST_CASE("without properties nothing is set", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 1, no_properties) + frame_bytes(3, 1, "x")) == step::publish);
  const message& m = *c.published.at(0).content;
  CHECK(m.flags == 0);
  CHECK(m.priority == 0);
  CHECK(m.expiration_ms == message::no_expiration);
  CHECK_FALSE(c.published[0].mandatory);
  CHECK_FALSE(c.published[0].immediate);
}

TEST_CASE("message with body-size 0", "[content]") {
  const bool look_ahead = GENERATE(true, false);
  channel c;
  c.look_ahead = look_ahead;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 0, no_properties) + publish_method()) == step::more);
  REQUIRE(c.published.size() == 1);
  CHECK(c.published[0].content->body().empty());
}

TEST_CASE("the cuts between reads and between body frames make no difference", "[content][property]") {
  REQUIRE(rc::check("contents in = contents out", [] {
    std::string bytes;
    std::vector<std::string> bodies, keys;
    const int n = *rc::gen::inRange(1, 6);
    for (int i = 0; i < n; ++i) {
      const auto size = *rc::gen::elementOf(std::vector<std::size_t>{0, 1, 7, 16, 300, 5000});
      bodies.emplace_back(size, static_cast<char>('a' + i));
      keys.push_back(std::string(*rc::gen::inRange<std::size_t>(0, 256), 'k'));
      bytes += publish_method("e", keys.back()) + header_bytes(1, size, no_properties);
      for (std::size_t at = 0; at < size;) {
        const std::size_t part = *rc::gen::inRange<std::size_t>(1, size - at + 1);
        bytes += frame_bytes(3, 1, bodies.back().substr(at, part));
        at += part;
        if (*rc::gen::inRange(0, 8) == 0) bytes += frame_bytes(3, 1, "");
        if (at == size) break;
      }
      // an empty frame behind the last octet would not belong to the content any more
      if (size > 0 && bytes.ends_with(frame_bytes(3, 1, ""))) bytes.resize(bytes.size() - 8);
    }
    channel c;
    c.look_ahead = *rc::gen::arbitrary<bool>();
    while (!bytes.empty()) {
      const std::size_t cut = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
      RC_ASSERT(c.feed(bytes.substr(0, cut)) != step::failed);
      c.builder.finish();
      bytes.erase(0, cut);
    }
    RC_ASSERT(c.published.size() == bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      RC_ASSERT(c.published[i].content->body() == bodies[i]);
      RC_ASSERT(c.published[i].content->routing_key() == keys[i]);
      RC_ASSERT(c.published[i].content->exchange() == "e");
    }
  }));
}

TEST_CASE("a large body is collected from its frames", "[content]") {
  channel c;
  basic_properties p;
  p.delivery_mode = 2;
  const std::size_t size = 3'000'000;
  c.feed(publish_method("e", "k") + header_bytes(1, size, raw_properties(p)));
  std::string whole;
  for (std::size_t at = 0; at < size;) {
    const std::string part(std::min<std::size_t>(131064, size - at), static_cast<char>('a' + at % 26));
    CHECK(c.feed(frame_bytes(3, 1, part)) == (at + part.size() == size ? step::publish : step::more));
    whole += part;
    at += part.size();
  }
  REQUIRE(c.published.size() == 1);
  CHECK(c.published[0].content->body() == whole);
  CHECK(c.published[0].content->routing_key() == "k");
  CHECK(c.published[0].content->is(message::persistent));
}

TEST_CASE("other methods are decoded", "[content]") {
  channel c;
  REQUIRE(c.feed(method_bytes(1, basic_ack{7, true})) == step::method);
  CHECK(std::get<basic_ack>(c.methods.at(0)) == basic_ack{7, true});
}

TEST_CASE("content header without method", "[content]") {
  channel c;
  REQUIRE(c.feed(header_bytes(1, 0, no_properties)) == step::failed);
  CHECK(c.failure() == reply{505, "UNEXPECTED_FRAME - expected method frame, got non method frame instead", 0, 0});
}

TEST_CASE("body frame without header", "[content]") {
  channel c;
  REQUIRE(c.feed(frame_bytes(3, 1, "x")) == step::failed);
  CHECK(c.failure() == reply{505, "UNEXPECTED_FRAME - expected method frame, got non method frame instead", 0, 0});
}

TEST_CASE("method in the middle of content", "[content]") {
  channel c;
  SECTION("where the header should be") {
    REQUIRE(c.feed(publish_method() + method_bytes(1, basic_qos{})) == step::failed);
    CHECK(c.failure() ==
          reply{505, "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead",
                60, 40});
  }
  SECTION("a body frame there") {
    REQUIRE(c.feed(publish_method() + frame_bytes(3, 1, "x")) == step::failed);
    CHECK(c.failure().text ==
          "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead");
  }
  SECTION("where the body should be") {
    REQUIRE(c.feed(publish_method() + header_bytes(1, 5, no_properties) + method_bytes(1, basic_qos{})) ==
            step::failed);
    CHECK(c.failure() ==
          reply{505, "UNEXPECTED_FRAME - expected content body, got non content body frame instead", 60, 40});
  }
  SECTION("a second header there") {
    REQUIRE(c.feed(publish_method() + header_bytes(1, 5, no_properties) + header_bytes(1, 5, no_properties)) ==
            step::failed);
    CHECK(c.failure() ==
          reply{505, "UNEXPECTED_FRAME - expected content body, got non content body frame instead", 60, 40});
  }
}

TEST_CASE("content header class mismatch", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 0, no_properties, 50)) == step::failed);
  CHECK(c.failure() ==
        reply{505, "UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead", 60, 40});
}

TEST_CASE("a weight other than 0 makes no content header", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 0, no_properties, 60, 1)) == step::failed);
  CHECK(c.failure().text ==
        "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead");
}

TEST_CASE("a content header too short to be one is an unknown frame", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method() + frame_bytes(2, 1, "abc")) == step::failed);
  CHECK(c.failure() == reply{501, "FRAME_ERROR - type 2, all octets = <<\"abc\">>: unknown_frame", 0, 0});
}

TEST_CASE("a method frame too short to be one is an unknown frame", "[content]") {
  channel c;
  REQUIRE(c.feed(frame_bytes(1, 1, bytes_view("\0\x14", 2))) == step::failed);
  CHECK(c.failure() == reply{501, "FRAME_ERROR - type 1, all octets = <<0,20>>: unknown_frame", 0, 0});
}

TEST_CASE("content body longer than declared", "[content]") {
  for (const std::size_t announced : {1, 200'000}) {
    channel c;
    REQUIRE(c.feed(publish_method() + header_bytes(1, announced, no_properties)) == step::more);
    std::string body(100'000, 'x');
    if (announced > 1) REQUIRE(c.feed(frame_bytes(3, 1, body)) == step::more);
    REQUIRE(c.feed(frame_bytes(3, 1, body + "xx")) == step::failed);
    CHECK(c.failure().code == 501);
    CHECK(c.published.empty());
  }
}

TEST_CASE("publish arguments are checked as those of any method", "[content]") {
  channel c;
  SECTION("cut short") {
    REQUIRE(c.feed(raw_method(1, 60, 40, std::string("\0\0\0\1", 4))) == step::failed);
    CHECK(c.failure() == reply{501, "FRAME_ERROR - cannot decode <<0,0,0,1>>", 60, 40});
  }
  SECTION("too long") {
    REQUIRE(c.feed(raw_method(1, 60, 40, std::string("\0\0\0\0\0\0", 6))) == step::failed);
    CHECK(c.failure() == reply{501, "FRAME_ERROR - cannot decode <<0,0,0,0,0,0>>", 60, 40});
  }
  SECTION("not UTF-8") {
    REQUIRE(c.feed(raw_method(1, 60, 40, std::string("\0\0\0\1\xff\0", 6))) == step::failed);
    CHECK(c.failure() == reply{501, "FRAME_ERROR - Malformed UTF-8 in shortstr", 0, 0});
  }
  SECTION("every prefix of good ones") {
    std::string payload;
    encode_method(basic_publish{0, "exchange", "key", false, false}, payload);
    for (std::size_t n = 4; n < payload.size(); ++n) {
      channel other;
      CHECK(other.feed(frame_bytes(1, 1, payload.substr(0, n))) == step::failed);
    }
  }
}

TEST_CASE("expiration texts", "[content]") {
  CHECK(fault_of_expiration("abc") == reply{406, "PRECONDITION_FAILED - invalid expiration 'abc': no_integer", 60, 40});
  CHECK(fault_of_expiration("-1") ==
        reply{406, "PRECONDITION_FAILED - invalid expiration '-1': {value_negative,-1}", 60, 40});
  CHECK(fault_of_expiration("1.5") ==
        reply{406, "PRECONDITION_FAILED - invalid expiration '1.5': {leftover_string,\".5\"}", 60, 40});
  CHECK(fault_of_expiration("") == reply{406, "PRECONDITION_FAILED - invalid expiration '': no_integer", 60, 40});
  CHECK(fault_of_expiration("4294967296").code == 0);
  CHECK(fault_of_expiration("00010").code == 0);
  CHECK(fault_of_expiration("-0").code == 0);
  CHECK(fault_of_expiration("+7").code == 0);
  CHECK(parse_expiration("4294967296").ms == 4294967296);
  CHECK(parse_expiration("00010").ms == 10);
  CHECK(parse_expiration("99999999999999999999999999999").ms == expiration_text::longest_ms);
  CHECK(parse_expiration("-0042").problem == "{value_negative,-42}");
  CHECK(parse_expiration("-").problem == "no_integer");
  CHECK(parse_expiration(" 5").problem == "no_integer");
}

TEST_CASE("delivery_mode 7", "[content]") {
  basic_properties p;
  p.delivery_mode = 7;
  CHECK(fault_of(p) == reply{406, "PRECONDITION_FAILED - invalid message: {delivery_mode_unknown,7}", 60, 40});
  p.delivery_mode = 0;
  CHECK(fault_of(p) == reply{406, "PRECONDITION_FAILED - invalid message: {delivery_mode_unknown,0}", 60, 40});
  p.delivery_mode = 1;
  CHECK(fault_of(p).code == 0);
}

TEST_CASE("faults are raised by the channel: the content is there, with the check that it failed", "[content]") {
  channel c;
  basic_properties p;
  p.expiration = "abc";
  p.delivery_mode = 7;
  REQUIRE(c.feed(publish_method("e", "k") + header_bytes(1, 1, raw_properties(p)) + frame_bytes(3, 1, "x")) ==
          step::publish);
  REQUIRE(c.published.at(0).fault);
  CHECK(c.published[0].fault->check == publish_check::expiration);  // RabbitMQ looks at it before delivery_mode
  CHECK(c.published[0].content->exchange() == "e");
  CHECK(c.feed(publish_method() + header_bytes(1, 0, no_properties)) == step::publish);
  CHECK_FALSE(c.published.at(1).fault);
}

TEST_CASE("header field types come back as they were sent", "[content]") {
  const std::vector<std::pair<char, std::string>> types{{'b', "\xff"},
                                                        {'B', "\xff"},
                                                        {'s', "\xff\xff"},
                                                        {'u', "\xff\xff"},
                                                        {'I', "\xff\xff\xff\xff"},
                                                        {'i', "\xff\xff\xff\xff"},
                                                        {'l', std::string(8, '\xff')},
                                                        {'L', std::string(7, '\0') + '\5'},
                                                        {'f', std::string("\x3f\xc0\0\0", 4)},
                                                        {'d', std::string("\x3f\xf8\0\0\0\0\0\0", 8)},
                                                        {'T', std::string("\0\0\0\0\x65\x53\xf1\0", 8)},
                                                        {'x', std::string("\0\0\0\2\0\1", 6)},
                                                        {'S', std::string("\0\0\0\1s", 5)},
                                                        {'D', std::string("\2\0\0\1\x3a", 5)}};
  for (const auto& [letter, content] : types) {
    INFO(letter);
    channel c;
    const std::string raw = with_header(letter, content);
    REQUIRE(c.feed(publish_method() + header_bytes(1, 0, raw)) == step::publish);
    CHECK_FALSE(c.published.at(0).fault);
    CHECK(c.published[0].content->properties() == raw);
  }
}

TEST_CASE("header field type 'U' is an internal error, as are damaged properties", "[content]") {
  for (const std::string& raw : {with_header('U', "\xff\xfe"), with_header('S', be32(9)), std::string(),
                                 std::string("\x80\0", 2), std::string("\0\0x", 3)}) {
    channel c;
    REQUIRE(c.feed(publish_method("e", "k") + header_bytes(1, 0, raw)) == step::publish);
    REQUIRE(c.published.at(0).fault);
    CHECK(c.published[0].fault->check == publish_check::properties);
    CHECK(reply_of(c.published[0].fault->why) == reply{541, "INTERNAL_ERROR", 0, 0});
    CHECK(c.published[0].content->exchange() == "e");
  }
}

TEST_CASE("message of 128 MiB + 1", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method("e", "k") + header_bytes(1, 134217729, no_properties)) == step::more);
  const std::string chunk = frame_bytes(3, 1, std::string(131064, 'x'));
  std::uint64_t left = 134217729;
  for (; left > 131064; left -= 131064) REQUIRE(c.feed(chunk) == step::more);
  REQUIRE(c.feed(frame_bytes(3, 1, std::string(left, 'x'))) == step::publish);
  REQUIRE(c.published.at(0).fault);
  CHECK(c.published[0].fault->check == publish_check::size);
  CHECK(
      reply_of(c.published[0].fault->why) ==
      reply{406, "PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728", 60, 40});
}

TEST_CASE("content header announcing 134217729 bytes, no body", "[content]") {
  channel c;
  REQUIRE(c.feed(publish_method() + header_bytes(1, 134217729, no_properties) + method_bytes(1, basic_qos{})) ==
          step::failed);
  CHECK(c.failure() ==
        reply{505, "UNEXPECTED_FRAME - expected content body, got non content body frame instead", 60, 40});
}

TEST_CASE("a smaller max_message_size counts for small contents, too", "[content]") {
  channel c(10);
  REQUIRE(c.feed(publish_method() + header_bytes(1, 11, no_properties) + frame_bytes(3, 1, "hello world")) ==
          step::publish);
  REQUIRE(c.published.at(0).fault);
  CHECK(c.published[0].fault->why.what.text == "message size 11 is larger than configured max size 10");
  REQUIRE(c.feed(publish_method() + header_bytes(1, 10, no_properties) + frame_bytes(3, 1, "hello worl")) ==
          step::publish);
  CHECK_FALSE(c.published.at(1).fault);
}

TEST_CASE("looking ahead stops at frames of other channels", "[content]") {
  channel c;
  const std::string other = header_bytes(2, 1, no_properties);
  bytes_view in = other;
  frame_parser parser;
  const std::string first = publish_method();
  bytes_view method_in = first;
  frame f;
  REQUIRE(parser.next(method_in, f) == frame_parser::step::frame);
  CHECK(c.assembler.feed(f, in, c.out) == step::more);
  CHECK(in == other);
}
