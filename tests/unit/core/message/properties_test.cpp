#include "core/message/properties.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace warren;

namespace {

std::string encoded(const basic_properties& p) {
  std::string out;
  encode_properties(p, out);
  return out;
}

bool same(const basic_properties& a, const basic_properties& b) {
  return a.content_type == b.content_type && a.content_encoding == b.content_encoding && a.headers == b.headers &&
         a.delivery_mode == b.delivery_mode && a.priority == b.priority && a.correlation_id == b.correlation_id &&
         a.reply_to == b.reply_to && a.expiration == b.expiration && a.message_id == b.message_id &&
         a.timestamp == b.timestamp && a.type == b.type && a.user_id == b.user_id && a.app_id == b.app_id &&
         a.cluster_id == b.cluster_id;
}

basic_properties everything() {
  basic_properties p;
  p.content_type = "text/plain";
  p.content_encoding = "utf-8";
  field_table headers;
  headers.set("a", field_value::int32(1));
  headers.set("b", field_value::long_string("two"));
  p.headers = headers;
  p.delivery_mode = 2;
  p.priority = 9;
  p.correlation_id = "c";
  p.reply_to = "r";
  p.expiration = "1000";
  p.message_id = "m";
  p.timestamp = 1700000000;
  p.type = "t";
  p.user_id = "guest";
  p.app_id = "app";
  p.cluster_id = "cl";
  return p;
}

basic_properties arbitrary_properties() {
  const auto text = [] {
    auto t = *rc::gen::maybe(rc::gen::arbitrary<std::string>());
    return t ? std::optional<std::string>(t->substr(0, 255)) : std::nullopt;
  };
  const auto byte = []() -> std::optional<std::uint8_t> {
    if (*rc::gen::arbitrary<bool>()) return std::nullopt;
    return *rc::gen::arbitrary<std::uint8_t>();
  };
  basic_properties p;
  p.content_type = text();
  p.content_encoding = text();
  if (*rc::gen::arbitrary<bool>()) {
    p.headers.emplace();
    p.headers->set("h", field_value::long_string(*rc::gen::arbitrary<std::string>()));
  }
  p.delivery_mode = byte();
  p.priority = byte();
  p.correlation_id = text();
  p.reply_to = text();
  p.expiration = text();
  p.message_id = text();
  if (*rc::gen::arbitrary<bool>()) p.timestamp = *rc::gen::arbitrary<std::int64_t>();
  p.type = text();
  p.user_id = text();
  p.app_id = text();
  p.cluster_id = text();
  return p;
}

}  // namespace

TEST_CASE("no properties are two zero octets", "[properties]") {
  CHECK(encoded({}) == std::string("\0\0", 2));
  CHECK(same(*decode_properties(std::string("\0\0", 2)), {}));
}

TEST_CASE("all properties survive a round trip, in the order of the specification", "[properties]") {
  const std::string bytes = encoded(everything());
  CHECK(load_big_endian<std::uint16_t>(bytes.data()) == 0xfffc);
  CHECK(bytes.substr(2, 11) == "\x0atext/plain");
  const auto back = decode_properties(bytes);
  REQUIRE(back.ok());
  CHECK(same(*back, everything()));
}

TEST_CASE("a scan finds what the broker needs without decoding headers", "[properties]") {
  const std::string bytes = encoded(everything());
  const auto scan = scan_properties(bytes);
  REQUIRE(scan.ok());
  CHECK(scan->delivery_mode == 2);
  CHECK(scan->priority == 9);
  CHECK(scan->expiration == "1000");
  CHECK(scan->reply_to == "r");
  CHECK(scan->user_id == "guest");
  CHECK(scan->correlation_id == "c");
  CHECK(scan->message_id == "m");
  CHECK(scan->timestamp == 1700000000);
  CHECK(scan->has_headers);
  CHECK(*find_header(scan->headers, "b")->string() == "two");
  CHECK_FALSE(find_header(scan->headers, "c"));
}

TEST_CASE("an empty expiration is present, an absent one is not", "[properties]") {
  basic_properties p;
  CHECK_FALSE(scan_properties(encoded(p))->has_expiration);
  p.expiration = "";
  CHECK(scan_properties(encoded(p))->has_expiration);
  p = {};
  CHECK_FALSE(scan_properties(encoded(p))->has_delivery_mode);
  p.delivery_mode = 0;
  CHECK(scan_properties(encoded(p))->has_delivery_mode);
}

TEST_CASE("properties cut short or with bytes left over are refused", "[properties]") {
  const std::string bytes = encoded(everything());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    INFO(n);
    CHECK_FALSE(decode_properties(bytes_view(bytes).substr(0, n)).ok());
    CHECK_FALSE(scan_properties(bytes_view(bytes).substr(0, n)).ok());
  }
  CHECK_FALSE(decode_properties(bytes + "x").ok());
  CHECK_FALSE(scan_properties(bytes + "x").ok());
}

TEST_CASE("flags may continue in further words as long as these announce nothing", "[properties]") {
  const std::string continued("\x10\x01\x00\x00\x02", 5);  // delivery mode, another word, 2
  const auto p = decode_properties(continued);
  REQUIRE(p.ok());
  CHECK(p->delivery_mode == 2);
  CHECK(scan_properties(continued)->delivery_mode == 2);
  CHECK_FALSE(decode_properties(std::string("\x00\x01\x80\x00", 4)).ok());
  CHECK_FALSE(decode_properties(std::string("\x00\x01", 2)).ok());
}

TEST_CASE("a header is found behind others of every kind, not inside them", "[properties]") {
  field_table inner, headers;
  inner.set("wanted", field_value::int32(-1));
  headers.set("table", field_value::table(inner));
  headers.set("array", field_value::array({field_value::long_string("wanted")}));
  headers.set("wanted", field_value::int32(5));
  std::string bytes;
  encode_table(headers, bytes);
  CHECK(*find_header(bytes_view(bytes).substr(4), "wanted")->integer() == 5);
  CHECK_FALSE(find_header(bytes_view(bytes).substr(4, bytes.size() - 5), "wanted"));  // damaged
}

TEST_CASE("decoding undoes encoding, and a scan agrees with it", "[properties][property]") {
  REQUIRE(rc::check("decode ∘ encode = identity", [] {
    const basic_properties p = arbitrary_properties();
    const std::string bytes = encoded(p);
    const auto back = decode_properties(bytes);
    RC_ASSERT(back.ok());
    RC_ASSERT(same(*back, p));
    const auto scan = scan_properties(bytes);
    RC_ASSERT(scan.ok());
    RC_ASSERT(scan->delivery_mode == p.delivery_mode.value_or(0));
    RC_ASSERT(scan->priority == p.priority.value_or(0));
    RC_ASSERT(scan->has_expiration == p.expiration.has_value());
    RC_ASSERT(scan->expiration == p.expiration.value_or(""));
    RC_ASSERT(scan->user_id == p.user_id.value_or(""));
    RC_ASSERT(scan->reply_to == p.reply_to.value_or(""));
    RC_ASSERT(scan->timestamp == p.timestamp.value_or(0));
  }));
}
