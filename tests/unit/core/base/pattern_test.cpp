#include "core/base/pattern.hpp"

#include <catch2/catch.hpp>

using namespace warren;

namespace {
bool finds(const std::string& expression, std::string_view name) {
  auto compiled = pattern::compile(expression);
  REQUIRE(compiled.ok());
  CHECK(compiled->text() == expression);
  return compiled->found_in(name);
}
}  // namespace

TEST_CASE("patterns are found anywhere in a name unless anchored", "[pattern]") {
  CHECK(finds("taxi\\.\\d+", "old.taxi.17.x"));
  CHECK_FALSE(finds("^taxi", "old.taxi"));
  CHECK(finds("", "anything"));
  CHECK(finds(".*", ""));
  CHECK(finds("^$", ""));
  CHECK_FALSE(finds("^$", "a"));
  CHECK(finds("^(amq\\.gen.*|q)$", "amq.gen-x"));
}

TEST_CASE("the empty expression of a permission matches only the empty name", "[pattern]") {
  auto right = pattern::compile_right("");
  REQUIRE(right.ok());
  CHECK(right->text().empty());
  CHECK_FALSE(right->found_in("q"));
  CHECK(right->found_in(""));
}

TEST_CASE("lookaheads after a leading anchor work, as in RabbitMQ's own guides", "[pattern]") {
  CHECK(finds("^(?!amq\\.).*", "orders"));
  CHECK_FALSE(finds("^(?!amq\\.).*", "amq.gen-1"));
  CHECK(finds("^(?!amq\\.)(?!tmp)q", "q1"));
  CHECK_FALSE(finds("^(?!amq\\.)(?!tmp)q", "tmp"));
  CHECK_FALSE(finds("^(?!(a|b)c)[ab(]", "ac"));
  CHECK(finds("^(?!(a|b)c)[ab(]", "ad"));
  CHECK(finds("^(?=ha\\.).*x$", "ha.x"));
  CHECK_FALSE(finds("^(?=ha\\.).*x$", "hb.x"));
}

TEST_CASE("a pattern that cannot be compiled is refused with the reason", "[pattern]") {
  auto open = pattern::compile("(");
  REQUIRE_FALSE(open.ok());
  CHECK(open.failure() == error{reply_code::precondition_failed, "{\"missing )\",1}"});
  CHECK_FALSE(pattern::compile("a(?!b)").ok());     // a lookahead elsewhere is not supported
  CHECK_FALSE(pattern::compile("^(?!a)b|c").ok());  // nor one that belongs to an alternative
  CHECK_FALSE(pattern::compile("((a{1000}){1000}){1000}").ok());
}
