#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {
const std::string in_ref = " in vhost 'amqp-ref'";

std::string locked(const std::string& queue) {
  return "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue + "'" + in_ref +
         ". It could be originally declared on another connection or the exclusive property value does not match that "
         "of the "
         "original declaration.";
}
}  // namespace

TEST_CASE("arguments of a classic queue are accepted and refused as captured from RabbitMQ", "[metadata]") {
  struct row {
    std::string name;
    field_value value;
    std::string text;  ///< behind `PRECONDITION_FAILED - invalid arg 'name' for queue 'q' in vhost 'amqp-ref'`; empty =
                       ///< accepted
  };
  const std::string foreign = " of queue type rabbit_classic_queue";
  const field_value d15{'d', 1.5};
  const auto [name, value, text] = GENERATE_COPY(values<row>({
      {"x-message-ttl", integer(-1), ": {value_negative,-1}"},
      {"x-message-ttl", longstr("5"), ": \"expected integer, got longstr\""},
      {"x-message-ttl", number(4294967296), ""},
      {"x-message-ttl", d15, ": \"expected integer, got double\""},
      {"x-expires", integer(0), ": {value_zero,0}"},
      {"x-expires", number(4294967296), ""},
      {"x-expires", longstr("a"), ": \"expected integer, got longstr\""},
      {"x-max-length", integer(-1), ": {value_negative,-1}"},
      {"x-max-length", longstr("a"), ": \"expected integer, got longstr\""},
      {"x-max-length-bytes", integer(-5), ": {value_negative,-5}"},
      {"x-overflow", longstr("explode"), ": invalid_overflow"},
      {"x-overflow", longstr("reject-publish-dlx"), ""},
      {"x-dead-letter-routing-key", longstr("k"), ": routing_key_but_no_dlx_defined"},
      {"x-dead-letter-exchange", longstr(""), ""},
      {"x-max-priority", integer(256), ": {max_value_exceeded,256}"},
      {"x-max-priority", integer(-1), ": {value_negative,-1}"},
      {"x-max-priority", integer(0), ""},
      {"x-max-priority", integer(255), ""},
      {"x-max-priority", longstr("a"), ": \"expected integer, got longstr\""},
      {"x-queue-mode", longstr("eager"), ": \"unsupported queue mode 'eager'\""},
      {"x-queue-mode", longstr("lazy"), ""},
      {"x-queue-type", longstr("wombat"), ": \"unsupported queue type 'wombat'\""},
      {"x-queue-type", integer(5), ": {unacceptable_type,signedint}"},
      {"x-queue-type", longstr("classic"), ""},
      {"x-single-active-consumer", integer(1), ": {unacceptable_type,signedint}"},
      {"x-single-active-consumer", field_value::boolean(true), ""},
      {"x-queue-master-locator", longstr("nowhere"), ""},
      {"x-queue-master-locator", longstr("min-masters"), ""},
      {"x-queue-version", integer(3), ": \"unsupported queue version '3'\""},
      {"x-queue-version", integer(2), ""},
      {"x-delivery-limit", integer(5), foreign},
      {"x-quorum-initial-group-size", integer(3), foreign},
      {"x-max-age", longstr("1D"), foreign},
      {"x-stream-max-segment-size-bytes", integer(10), foreign},
      {"x-max-in-memory-length", integer(5), foreign},
      {"x-dead-letter-strategy", longstr("at-least-once"), foreign},
      {"x-initial-cluster-size", integer(3), foreign},
      {"x-queue-leader-locator", longstr("balanced"), foreign},
      {"x-unknown", longstr("z"), ""},
      {"x-ha-policy", longstr("all"), ""},
      {"x-cancel-on-ha-failover", field_value::boolean(true), ""},
  }));
  INFO(name);
  broker b;
  const declare_queue c = b.queue("q", true, table({{name, value}}));
  const std::string refused = "PRECONDITION_FAILED - invalid arg '" + name + "' for queue 'q'" + in_ref + text;
  CHECK(reply(check_declare_queue(b.topology(), {}, c)) == (text.empty() ? "ok" : refused));
  if (text.empty()) {
    CHECK(b.must(c).changed);
    CHECK_FALSE(b.must(c).changed);  // and redeclared the same it is equivalent
  } else {
    CHECK(b.refused(c) == refused);
  }
}

TEST_CASE("a dead letter exchange that is no text is refused in the channel's own words", "[metadata]") {
  broker b;
  CHECK(b.refused(b.queue("q", true, table({{"x-dead-letter-exchange", integer(5)}}))) ==
        "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q'" + in_ref);
}

TEST_CASE("queue types that do not exist yet are refused by name", "[metadata]") {
  broker b;
  for (const std::string type : {"quorum", "stream"}) {
    CHECK(b.refused(b.queue("q", true, table({{"x-queue-type", longstr(type)}}))) ==
          "PRECONDITION_FAILED - queue type '" + type + "' is not available in this version");
  }
}

TEST_CASE("declaring a queue again must agree with what exists", "[metadata]") {
  broker b;
  b.must(b.queue("q1"));
  b.must(b.queue("qttl", true, table({{"x-message-ttl", integer(1000)}})));
  const auto again = [&b](declare_queue c) { return reply(check_declare_queue(b.topology(), {}, c)); };
  const std::string q1 = "PRECONDITION_FAILED - inequivalent arg '";
  const std::string for_q1 = "' for queue 'q1'" + in_ref + ": received ";
  const std::string for_qttl = "' for queue 'qttl'" + in_ref + ": received ";

  CHECK(again(b.queue("q1")) == "ok");
  CHECK(again(b.queue("q1", false)) == q1 + "durable" + for_q1 + "'false' but current is 'true'");
  declare_queue auto_delete = b.queue("q1");
  auto_delete.auto_delete = true;
  CHECK(again(auto_delete) == q1 + "auto_delete" + for_q1 + "'true' but current is 'false'");
  declare_queue exclusive = b.queue("q1");
  exclusive.exclusive_owner = connection_id{4};
  CHECK(again(exclusive) == locked("q1"));
  CHECK(again(b.queue("q1", true, table({{"x-message-ttl", integer(5)}}))) ==
        q1 + "x-message-ttl" + for_q1 + "the value '5' of type 'signedint' but current is none");
  CHECK(again(b.queue("q1", true, table({{"x-whatever", integer(5)}}))) == "ok");
  CHECK(again(b.queue("q1", true, table({{"x-queue-type", longstr("quorum")}}))) ==
        q1 + "x-queue-type" + for_q1 + "the value 'quorum' of type 'longstr' but current is none");
  CHECK(again(b.queue("q1", true, table({{"x-queue-type", longstr("classic")}}))) == "ok");

  CHECK(again(b.queue("qttl", true, table({{"x-message-ttl", number(1000)}}))) == "ok");  // the width does not count
  CHECK(again(b.queue("qttl", true, table({{"x-message-ttl", integer(2000)}}))) ==
        q1 + "x-message-ttl" + for_qttl + "'2000' but current is '1000'");
  CHECK(again(b.queue("qttl")) ==
        q1 + "x-message-ttl" + for_qttl + "none but current is the value '1000' of type 'signedint'");
}

TEST_CASE("names with the reserved prefix are for the broker", "[metadata]") {
  broker b;
  CHECK(b.refused(b.queue("amq.foo")) == "ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'");
  declare_queue generated = b.queue("amq.gen-2Nm1u4PXoVVDV4YnNkRdbg", false);
  generated.server_named = true;
  CHECK(b.must(generated).changed);
  CHECK(declared_name("a\r\nb\n") == "ab");
}

TEST_CASE("an exclusive queue belongs to its connection, is never durable and goes with it", "[metadata]") {
  broker b;
  const connection_id owner{1}, other{2};
  declare_queue c = b.queue("excl-q", true);
  c.exclusive_owner = owner;
  const applied declared = b.must(c);
  CHECK(declared.queue->exclusive());
  CHECK_FALSE(declared.queue->durable);
  CHECK(declared.to_log.empty());

  CHECK(reply(check_declare_queue(b.topology(), {owner}, c)) == "ok");
  declare_queue by_other = c;
  by_other.exclusive_owner = other;
  CHECK(reply(check_declare_queue(b.topology(), {other}, by_other)) == locked("excl-q"));
  by_other.exclusive_owner = {};
  CHECK(reply(check_declare_queue(b.topology(), {other}, by_other)) == locked("excl-q"));
  CHECK(reply(check_passive_queue(b.topology(), {other}, "excl-q")) == locked("excl-q"));
  CHECK(reply(check_use_queue(b.topology(), {other}, "excl-q")) == locked("excl-q"));
  CHECK(reply(check_delete_queue(b.topology(), {other}, "excl-q")) == locked("excl-q"));
  CHECK(reply(check_bind(b.topology(), {other}, b.to_queue("amq.direct", "excl-q", "k"))) == locked("excl-q"));
  CHECK(reply(check_use_queue(b.topology(), {owner}, "excl-q")) == "ok");

  b.must(b.queue("stays", false));
  declare_queue second = c, gone = c;
  second.name = "second";
  gone.name = "gone";
  b.must(second);
  b.must(gone);
  b.must(delete_queue{b.vhost, "gone", {}});
  CHECK_FALSE(b.must(delete_exclusive_queues{other}).changed);
  CHECK(count<queue_deleted>(b.must(delete_exclusive_queues{owner}).events) == 2);
  CHECK_FALSE(b.must(delete_exclusive_queues{owner}).changed);
  CHECK(b.topology().exclusive_queues.empty());
  CHECK(b.find_queue("excl-q") == nullptr);
  CHECK(b.find_queue("stays") != nullptr);
}

TEST_CASE("missing queues: 404 for use, success for delete", "[metadata]") {
  broker b;
  CHECK(reply(check_passive_queue(b.topology(), {}, "missing")) == "NOT_FOUND - no queue 'missing'" + in_ref);
  CHECK(reply(check_use_queue(b.topology(), {}, "never")) == "NOT_FOUND - no queue 'never'" + in_ref);
  const auto gone = check_delete_queue(b.topology(), {}, "never");
  REQUIRE(gone.ok());
  CHECK(*gone == nullptr);
  CHECK_FALSE(b.must(delete_queue{b.vhost, "never", {}}).changed);
}

TEST_CASE("a late delete of an expired queue does not hit a new queue of the same name", "[metadata]") {
  broker b;
  const queue_ptr first = b.must(b.queue("q")).queue;
  b.must(delete_queue{b.vhost, "q", first->id});
  const queue_ptr second = b.must(b.queue("q")).queue;
  CHECK(second->id != first->id);
  CHECK_FALSE(b.must(delete_queue{b.vhost, "q", first->id}).changed);
  CHECK(b.find_queue("q") != nullptr);
}

TEST_CASE("the texts of conditional deletes and exclusive consumers are RabbitMQ's", "[metadata]") {
  broker b;
  const queue_ptr q = b.must(b.queue("ne")).queue;
  CHECK(reply_text(not_empty_error(*q)) == "PRECONDITION_FAILED - queue 'ne'" + in_ref + " not empty");
  CHECK(reply_text(in_use_error(*q)) == "PRECONDITION_FAILED - queue 'ne'" + in_ref + " in use");
  CHECK(reply_text(exclusive_use_error(*q)) == "ACCESS_REFUSED - queue 'ne'" + in_ref + " in exclusive use");
}

TEST_CASE("a virtual host's queue limit stops new queues, not redeclarations", "[metadata]") {
  broker b;
  b.must(b.queue("first"));
  b.must(set_vhost_limits{b.vhost, {std::nullopt, 1}});
  CHECK(b.refused(b.queue("over")) ==
        "PRECONDITION_FAILED - cannot declare queue 'over': queue limit in vhost 'amqp-ref' (1) is reached");
  CHECK_FALSE(b.must(b.queue("first")).changed);
  b.must(set_vhost_limits{b.vhost, {std::nullopt, -1}});
  CHECK(b.must(b.queue("over")).changed);
}
