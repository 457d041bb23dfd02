#include "core/policy/parameter_validation.hpp"

#include <catch2/catch.hpp>

using namespace warren;

namespace {

field_value table(std::initializer_list<std::pair<std::string, field_value>> fields) {
  field_table t;
  for (const auto& [key, value] : fields) t.set(key, value);
  return field_value::table(std::move(t));
}
field_value text(const char* s) { return field_value::long_string(s); }

std::string refusal(const std::string& component, const std::string& name, const field_value& value) {
  const status valid = validate_parameter(component, name, value);
  return valid ? "" : valid.failure().text;
}

}  // namespace

TEST_CASE("an upstream of federation is refused with the texts of RabbitMQ's plugin") {
  CHECK(refusal("federation-upstream", "up", table({{"uri", text("amqp://app-prod-9")}, {"expires", field_value::int64(1)}})) == "");
  CHECK(refusal("federation-upstream", "tmp-up2", table({{"nouri", text("x")}})) ==
        "Validation failed\n\nUnrecognised terms [{<<\"nouri\">>,<<\"x\">>}] in tmp-up2\nKey \"uri\" not found in tmp-up2\n");
  CHECK(refusal("federation-upstream", "u", table({{"uri", text("http://x")}})) ==
        "Validation failed\n\n\"http://x\" not a valid URI: {{unexpected_uri_scheme,\"http\"},\"http://x\"}\n");
  CHECK(refusal("federation-upstream", "u", table({{"uri", text("amqp://x")}, {"ack-mode", text("maybe")}})) ==
        "Validation failed\n\nack-mode should be one of [<<\"no-ack\">>,<<\"on-publish\">>,<<\"on-confirm\">>], actually was "
        "<<\"maybe\">>\n");
  CHECK(refusal("federation-upstream-set", "s",
                field_value::array({table({{"upstream", text("u")}, {"max-hops", field_value::int64(2)}})})) == "");
  CHECK(refusal("federation-upstream-set", "s", field_value::array({table({})})) ==
        "Validation failed\n\nKey \"upstream\" not found in s\n");
}

TEST_CASE("a shovel needs one source and both ends") {
  CHECK(refusal("shovel", "s1", table({{"src-uri", text("amqp://")}})) ==
        "Validation failed\n\nMust specify 'src-exchange' or 'src-queue'\nKey \"dest-uri\" not found in s1\n");
  CHECK(refusal("shovel", "s1",
                table({{"src-uri", text("amqp://")},
                       {"src-queue", text("a")},
                       {"src-exchange", text("b")},
                       {"dest-uri", text("amqp://")},
                       {"dest-queue", text("b")}})) == "Validation failed\n\nCannot specify 'src-exchange' and 'src-queue'\n");
  CHECK(
      refusal("shovel", "s1",
              table({{"src-uri", text("amqp://")}, {"src-queue", text("a")}, {"dest-uri", text("amqp://")}, {"dest-queue", text("b")}})) ==
      "");
}
