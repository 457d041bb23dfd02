#include <catch2/catch.hpp>

#include "amqp/erlang_term.hpp"
#include "amqp/methods/method.hpp"
#include "amqp/utf8.hpp"
#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

namespace {

wire_error failure_of(const std::string& payload) {
  const auto decoded = decode_method(payload);
  REQUIRE_FALSE(decoded.ok());
  return decoded.failure();
}

template <std::size_t... I>
std::vector<method> one_of_each(std::index_sequence<I...>) {
  return {method(std::in_place_index<I>)...};
}
const std::vector<method> all_methods = one_of_each(std::make_index_sequence<std::variant_size_v<method>>{});

}  // namespace

TEST_CASE("queue.declare decodes as the specification lays it out", "[methods]") {
  const std::string table = std::string("\0\0\0\x07\x01kI\0\0\0\x05", 11);
  const auto decoded = decode_method(ids(50, 10) + std::string("\0\0\x02q1\x0a", 6) + table);
  REQUIRE(decoded.ok());
  const auto& m = std::get<queue_declare>(decoded.value());
  CHECK(m.queue == "q1");
  CHECK_FALSE(m.passive);
  CHECK(m.durable);
  CHECK_FALSE(m.exclusive);
  CHECK(m.auto_delete);
  CHECK_FALSE(m.nowait);
  CHECK(*m.arguments.find("k")->integer() == 5);
}

TEST_CASE("known methods are encoded as on RabbitMQ's wire", "[methods]") {
  const auto encoded = [](const method& m) {
    std::string out;
    encode_method(m, out);
    return out;
  };
  CHECK(encoded(connection_tune{2047, 131072, 60}) == ids(10, 30) + be16(2047) + be32(131072) + be16(60));
  CHECK(encoded(channel_open_ok{}) == ids(20, 11) + be32(0));
  CHECK(encoded(connection_open_ok{}) == ids(10, 41) + std::string(1, '\0'));
  CHECK(encoded(queue_declare_ok{"q", 3, 1}) == ids(50, 11) + "\x01q" + be32(3) + be32(1));
  CHECK(encoded(basic_nack{7, true, true}) == ids(60, 120) + be64(7) + "\x03");
  CHECK(encoded(basic_cancel{"tag1", true}) == ids(60, 30) + "\x04tag1\x01");
  CHECK(encoded(access_request_ok{}) == ids(30, 11) + be16(1));
  CHECK(encoded(connection_close{403, "no", 60, 40}) == ids(10, 50) + be16(403) + "\x02no" + be16(60) + be16(40));
  CHECK(encoded(connection_blocked{"low on memory"}) == ids(10, 60) + "\x0dlow on memory");
  CHECK(encoded(connection_update_secret_ok{}) == ids(10, 71));
}

TEST_CASE("every method has an id and a name of its own, and comes back as it was", "[methods]") {
  std::vector<std::uint32_t> seen;
  for (const method& m : all_methods) {
    const method_id id = id_of(m);
    INFO(method_name(id));
    CHECK_FALSE(method_name(id).empty());
    seen.push_back(std::uint32_t{id.class_id} << 16 | id.method);
    std::string payload;
    encode_method(m, payload);
    CHECK(payload.substr(0, 4) == ids(id.class_id, id.method));
    const auto back = decode_method(payload);
    REQUIRE(back.ok());
    CHECK(back.value() == m);
    const wire_error longer = failure_of(payload + "x");
    CHECK(longer.class_id == id.class_id);
    CHECK(longer.method_id == id.method);
    CHECK(longer.how == wire_error::ending::close);
    for (std::size_t n = 4; n < payload.size(); ++n) CHECK_FALSE(decode_method(payload.substr(0, n)).ok());
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  CHECK(method_name({60, 40}) == "basic.publish");
  CHECK(method_name({60, 100}) == "basic.recover-async");
  CHECK(method_name({60, 41}).empty());
}

TEST_CASE("truncated method arguments", "[methods]") {
  const wire_error e = failure_of(ids(50, 10) + std::string("\0\0\x20"
                                                            "abc",
                                                            6));
  CHECK(reply_of(e) == reply{501, "FRAME_ERROR - cannot decode <<0,0,32,97,98,99>>", 50, 10});
  CHECK(e.how == wire_error::ending::close);
}

TEST_CASE("unknown method id 60,999 and unknown class 99", "[methods]") {
  for (const std::string& payload : {ids(60, 999), ids(99, 10), ids(0, 0), ids(65535, 65535), ids(61, 10), ids(95, 10)})
    CHECK(failure_of(payload).how == wire_error::ending::silent);
}

TEST_CASE("unknown field type letter in table", "[methods]") {
  const wire_error e = failure_of(ids(50, 10) + std::string("\0\0\x01q\0", 5) + be32(5) + "\x01kUab");
  CHECK(e.how == wire_error::ending::silent);
}

TEST_CASE("a table that is cut short inside closes silently, one beyond the payload cannot be decoded", "[methods]") {
  CHECK(failure_of(ids(50, 10) + std::string("\0\0\x01q\0", 5) + be32(3) + "\x01kS").how == wire_error::ending::silent);
  CHECK(failure_of(ids(50, 10) + std::string("\0\0\x01q\0", 5) + be32(4) + "\x01kV").how == wire_error::ending::close);
}

TEST_CASE("declare name invalid utf8", "[methods]") {
  const wire_error e = failure_of(ids(50, 10) + std::string("\0\0\x02\xff\xfe\0\0\0\0\0", 10));
  CHECK(reply_of(e) == reply{501, "FRAME_ERROR - Malformed UTF-8 in shortstr", 0, 0});
  CHECK(e.how == wire_error::ending::close);
}

TEST_CASE("declare name 255 bytes", "[methods]") {
  method m = queue_declare{.queue = std::string(255, 'q')};
  std::string payload;
  encode_method(m, payload);
  CHECK(decode_method(payload).value() == m);
  payload.clear();
  encode_method(queue_declare{.queue = std::string(300, 'q')}, payload);
  CHECK(decode_method(payload).value() == m);
}

TEST_CASE("well-formed UTF-8 is what Unicode says it is", "[utf8]") {
  for (const char* good : {"", "a", "queue-name-longer-than-eight", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac",
                           "\xf0\x9f\x90\x87", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xbc"})
    CHECK(valid_utf8(good));
  for (const char* bad :
       {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "ab\xe2\x82", "\xe2\x28\xa1", "1234567\x80", "12345678\xff"})
    CHECK_FALSE(valid_utf8(bad));
}

TEST_CASE("terms are printed as Erlang prints them", "[erlang]") {
  CHECK(print_octets("abc") == "<<97,98,99>>");
  CHECK(print_binary("") == "<<>>");
  CHECK(print_binary("xxxx") == "<<\"xxxx\">>");
  CHECK(print_binary("a\"b\\c\n\x1b") == "<<\"a\\\"b\\\\c\\n\\e\">>");
  CHECK(print_binary(bytes_view("\0a", 2)) == "<<0,97>>");
  CHECK(print_string(".5") == "\".5\"");
  CHECK(print_string("\x01\x02") == "[1,2]");
}
