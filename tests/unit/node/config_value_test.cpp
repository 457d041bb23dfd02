#include "node/config/config_value.hpp"

#include <catch2/catch.hpp>

#include "node/config/edit_distance.hpp"

using namespace warren::node;

namespace {

bool accepts(value_kind kind, std::string_view text, std::string_view choices = "") {
  return parse_config_value(kind, choices, text).ok;
}

}  // namespace

TEST_CASE("Watermarks take RabbitMQ's units: MB is decimal, MiB and M are binary") {
  CHECK(parse_memory_size("128MB") == 128'000'000);
  CHECK(parse_memory_size("1gb") == 1'000'000'000);
  CHECK(parse_memory_size("10kb") == 10'000);
  CHECK(parse_memory_size("1GiB") == 1 << 30);
  CHECK(parse_memory_size("20MiB") == 20 << 20);
  CHECK(parse_memory_size("1KIB") == 1024);
  CHECK(parse_memory_size("10K") == 10'240);
  CHECK(parse_memory_size("5") == 5);
}

TEST_CASE("frame_max and its like take binary units for MB too, as RabbitMQ does") {
  CHECK(parse_bytes("128MB") == 128 << 20);
  CHECK(parse_bytes("10kb") == 10'240);
  CHECK(parse_bytes("131072") == 131'072);
}

TEST_CASE("Malformed sizes are refused") {
  for (const char* text : {"", "MB", "-1", "1.5GB", "1 GB", "1XB", "99999999999999999999", "9999999999GB", "0x10"}) {
    INFO(text);
    CHECK(parse_memory_size(text) == -1);
    CHECK(parse_bytes(text) == -1);
  }
}

TEST_CASE("A listener is a port, with an IPv4 or IPv6 address before it if wanted") {
  const auto listener = [](std::string_view text) {
    return std::get<listener_address>(parse_config_value(value_kind::listener, "", text).value);
  };
  CHECK(listener("5672") == listener_address{"", 5672});
  CHECK(listener("127.0.0.1:5673") == listener_address{"127.0.0.1", 5673});
  CHECK(listener("::1:5672") == listener_address{"::1", 5672});
  CHECK(listener("[::1]:5672") == listener_address{"::1", 5672});
  for (const char* text : {"", "0", "65536", "localhost:5672", "1.2.3:5672", ":5672", "127.0.0.1:", "5672x"}) {
    INFO(text);
    CHECK_FALSE(accepts(value_kind::listener, text));
  }
}

TEST_CASE("Each kind refuses what does not belong to it") {
  CHECK(accepts(value_kind::boolean, "true"));
  CHECK_FALSE(accepts(value_kind::boolean, "TRUE"));
  CHECK_FALSE(accepts(value_kind::boolean, "on"));
  CHECK(accepts(value_kind::flag, "off"));
  CHECK(accepts(value_kind::whole, "0"));
  CHECK_FALSE(accepts(value_kind::whole, "-1"));
  CHECK_FALSE(accepts(value_kind::whole, "infinity"));
  CHECK(accepts(value_kind::whole_or_infinity, "infinity"));
  CHECK_FALSE(accepts(value_kind::positive, "0"));
  CHECK_FALSE(accepts(value_kind::byte, "256"));
  CHECK_FALSE(accepts(value_kind::port, "0"));
  CHECK(accepts(value_kind::ratio, "0.4"));
  CHECK(accepts(value_kind::ratio, "2"));
  CHECK_FALSE(accepts(value_kind::ratio, "nan"));
  CHECK_FALSE(accepts(value_kind::ratio, "-0.1"));
  CHECK_FALSE(accepts(value_kind::ratio_below_one, "1.0"));
  CHECK(accepts(value_kind::choice, "b", "a b c"));
  CHECK_FALSE(accepts(value_kind::choice, "a b", "a b c"));
  CHECK_FALSE(accepts(value_kind::choice, "", "a b c"));
}

TEST_CASE("A choice is described by its list") {
  CHECK(describe_kind(value_kind::choice, "a b c") == "one of: a, b, c");
  CHECK(describe_kind(value_kind::choice, "none") == "`none`");
}

TEST_CASE("Edit distance counts insertions, removals and replacements, up to its limit") {
  CHECK(edit_distance("kitten", "sitting", 10) == 3);
  CHECK(edit_distance("", "abc", 10) == 3);
  CHECK(edit_distance("same", "same", 10) == 0);
  CHECK(edit_distance("abcdef", "uvwxyz", 4) == 4);
}
