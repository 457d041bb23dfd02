#include "core/message/trace_copy.hpp"

#include <catch2/catch.hpp>

#include "core/message/properties.hpp"

using namespace warren;

namespace {

const trace_origin who{"rabbit@here", "/v", "127.0.0.1:1 -> 127.0.0.1:5672", "guest", 7};

message_ref original(block_builder& builder, const std::string& exchange = "x") {
  basic_properties p;
  p.content_type = "text/plain";
  p.timestamp = 1'700'000'000;
  p.priority = 3;
  p.headers.emplace();
  p.headers->set("CC", field_value::array({field_value::long_string("copy")}));
  std::string raw;
  encode_properties(p, raw);
  message_parts parts;
  parts.exchange = exchange;
  parts.routing_key = "key";
  parts.properties = raw;
  parts.body = "body";
  parts.flags = message::has_headers | message::persistent;
  return builder.append(parts);
}

field_table headers_of(const message_ref& m) { return *decode_properties(m->properties())->headers; }
field_value text(const char* s) { return field_value::long_string(s); }

}  // namespace

TEST_CASE("the trace of a publish tells exchange, keys, properties, publisher and the queues that got it", "[message]") {
  block_builder builder;
  const std::vector<std::string> keys{"copy", "blind"}, queues{"q1", "q2"};
  const message_ref trace = make_publish_trace(*original(builder), keys, who, queues, builder);
  CHECK(trace->exchange() == "amq.rabbitmq.trace");
  CHECK(trace->routing_key() == "publish.x");
  CHECK(trace->body() == "body");
  CHECK_FALSE(trace->is(message::persistent));
  const field_table h = headers_of(trace);
  CHECK(*h.find("exchange_name") == text("x"));
  CHECK(*h.find("routing_keys") == field_value::array({text("key"), text("copy"), text("blind")}));
  CHECK(*h.find("node") == text("rabbit@here"));
  CHECK(*h.find("vhost") == text("/v"));
  CHECK(*h.find("connection") == text("127.0.0.1:1 -> 127.0.0.1:5672"));
  CHECK(*h.find("channel") == field_value::int32(7));
  CHECK(*h.find("user") == text("guest"));
  CHECK(*h.find("routed_queues") == field_value::array({text("q1"), text("q2")}));
  const field_table& p = *h.find("properties")->table();
  CHECK(*p.find("content_type") == text("text/plain"));
  CHECK(*p.find("timestamp") == field_value::int32(1'700'000'000));
  CHECK(*p.find("priority") == field_value::int32(3));
  CHECK(p.find("headers")->table()->find("CC") != nullptr);
  CHECK(p.find("reply_to") == nullptr);
}

TEST_CASE("the trace of a delivery tells the queue and whether it was delivered before", "[message]") {
  block_builder builder;
  const message_ref trace = make_deliver_trace(*original(builder), who, "q1", true, builder);
  CHECK(trace->routing_key() == "deliver.q1");
  const field_table h = headers_of(trace);
  CHECK(*h.find("redelivered") == field_value::int32(1));
  CHECK(*h.find("routing_keys") == field_value::array({text("key"), text("copy")}));
  CHECK(h.find("routed_queues") == nullptr);
}

TEST_CASE("the key of a trace is never longer than a key may be", "[message]") {
  block_builder builder;
  CHECK(make_publish_trace(*original(builder, std::string(255, 'x')), {}, who, {}, builder)->routing_key().size() == 255);
}
