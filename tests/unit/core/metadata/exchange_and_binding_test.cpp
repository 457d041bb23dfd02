#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {
const std::string in_ref = " in vhost 'amqp-ref'";
const std::string on_default = "ACCESS_REFUSED - operation not permitted on the default exchange";
}  // namespace

TEST_CASE("exchange declarations are answered as captured from RabbitMQ", "[metadata]") {
  broker b;
  b.must(b.exchange("x1", "direct", false));
  const auto declare = [&b](declare_exchange c) { return reply(check_declare_exchange(b.topology(), {}, c)); };
  const std::string x1 = "PRECONDITION_FAILED - inequivalent arg '";

  CHECK(declare(b.exchange("amq.foo", "direct")) ==
        "ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*'");
  CHECK(declare(b.exchange("", "direct")) == on_default);
  CHECK(declare(b.exchange("amq.direct", "direct")) == "ok");
  CHECK(declare(b.exchange("amq.direct", "topic")) ==
        x1 + "type' for exchange 'amq.direct'" + in_ref + ": received 'topic' but current is 'direct'");
  CHECK(declare(b.exchange("new", "wombat")) == "COMMAND_INVALID - unknown exchange type 'wombat'");
  CHECK(declare(b.exchange("x1", "direct", false)) == "ok");
  CHECK(declare(b.exchange("x1", "fanout", false)) ==
        x1 + "type' for exchange 'x1'" + in_ref + ": received 'fanout' but current is 'direct'");
  CHECK(declare(b.exchange("x1", "direct", true)) ==
        x1 + "durable' for exchange 'x1'" + in_ref + ": received 'true' but current is 'false'");
  declare_exchange internal = b.exchange("x1", "direct", false);
  internal.internal = true;
  CHECK(declare(internal) == x1 + "internal' for exchange 'x1'" + in_ref + ": received 'true' but current is 'false'");
  declare_exchange auto_delete = b.exchange("x1", "direct", false);
  auto_delete.auto_delete = true;
  CHECK(declare(auto_delete) ==
        x1 + "auto_delete' for exchange 'x1'" + in_ref + ": received 'true' but current is 'false'");
  CHECK(declare(b.exchange("x1", "direct", false, table({{"alternate-exchange", longstr("z")}}))) ==
        x1 + "alternate-exchange' for exchange 'x1'" + in_ref +
            ": received the value 'z' of type 'longstr' but current is none");
  CHECK(declare(b.exchange("x1", "direct", false, table({{"whatever", longstr("z")}}))) == "ok");
  CHECK(declare(b.exchange("x2", "direct", false, table({{"alternate-exchange", integer(5)}}))) ==
        "PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x2'" + in_ref);
  CHECK(reply(check_passive_exchange(b.topology(), "missing")) == "NOT_FOUND - no exchange 'missing'" + in_ref);
  CHECK(reply(check_passive_exchange(b.topology(), "")) == on_default);
}

TEST_CASE("exchange deletions are answered as captured from RabbitMQ", "[metadata]") {
  broker b;
  b.must(b.queue("q"));
  b.must(b.exchange("xiu", "direct"));
  b.must(b.to_queue("xiu", "q", "k"));
  CHECK_FALSE(b.must(delete_exchange{b.vhost, "missing"}).changed);
  CHECK(b.refused(delete_exchange{b.vhost, ""}) == on_default);
  CHECK(b.refused(delete_exchange{b.vhost, "amq.direct"}) ==
        "ACCESS_REFUSED - deletion of system exchange 'amq.direct'" + in_ref + " not allowed");
  CHECK(b.refused(delete_exchange{b.vhost, "xiu", true}) ==
        "PRECONDITION_FAILED - exchange 'xiu'" + in_ref + " in use");
  CHECK(b.must(delete_exchange{b.vhost, "xiu"}).changed);
  CHECK(b.find_queue("q")->bindings.empty());
}

TEST_CASE("bindings are answered as captured from RabbitMQ", "[metadata]") {
  broker b;
  b.must(b.queue("q"));
  b.must(b.exchange("hash", "x-consistent-hash"));
  const auto bind_reply = [&b](const bind& c) { return reply(check_bind(b.topology(), {}, c)); };
  const auto unbind_reply = [&b](const bind& c) {
    return reply(check_unbind(b.topology(), {}, unbind{c.vhost, c.binding}));
  };

  CHECK(bind_reply(b.to_queue("amq.direct", "never", "k")) == "NOT_FOUND - no queue 'never'" + in_ref);
  CHECK(bind_reply(b.to_queue("noex", "q", "k")) == "NOT_FOUND - no exchange 'noex'" + in_ref);
  CHECK(bind_reply(b.to_queue("noex", "never", "k")) == "NOT_FOUND - no exchange 'noex'" + in_ref);
  CHECK(bind_reply(b.to_queue("", "q", "k")) == on_default);
  CHECK(unbind_reply(b.to_queue("", "q", "k")) == on_default);
  CHECK(unbind_reply(b.to_queue("amq.direct", "q", "k")) == "ok");
  CHECK(unbind_reply(b.to_queue("noex", "q", "k")) == "ok");
  CHECK(unbind_reply(b.to_queue("amq.direct", "never", "k")) == "ok");
  CHECK(bind_reply(b.to_queue("amq.headers", "q", "", table({{"x-match", longstr("some")}}))) ==
        "PRECONDITION_FAILED - Invalid x-match field value <<\"some\">>; expected all, any, all-with-x, or any-with-x");
  CHECK(bind_reply(b.to_queue("amq.headers", "q", "", table({{"x-match", integer(5)}}))) ==
        "PRECONDITION_FAILED - Invalid x-match field type signedint (value 5); expected longstr");
  CHECK(bind_reply(b.to_queue("amq.headers", "q", "", table({{"x-match", longstr("any-with-x")}}))) == "ok");
  CHECK(bind_reply(b.to_exchange("", "amq.direct", "k")) == on_default);
  CHECK(bind_reply(b.to_exchange("amq.direct", "noex", "k")) == "NOT_FOUND - no exchange 'noex'" + in_ref);
  CHECK(bind_reply(b.to_queue("hash", "q", "abc")) ==
        "PRECONDITION_FAILED - The binding key must be an integer: <<\"abc\">>");
  CHECK(bind_reply(b.to_queue("hash", "q", "0")) == "PRECONDITION_FAILED - The binding key must be greater than 0");
  CHECK(bind_reply(b.to_queue("hash", "q", "10")) == "ok");
}

TEST_CASE("the arguments of special exchange types are checked", "[metadata]") {
  broker b;
  CHECK(b.refused(b.exchange("h", "x-consistent-hash", true,
                             table({{"hash-header", longstr("a")}, {"hash-property", longstr("message_id")}}))) ==
        "PRECONDITION_FAILED - hash-header and hash-property are mutually exclusive");
  CHECK(b.refused(b.exchange("h", "x-consistent-hash", true, table({{"hash-property", longstr("app_id")}}))) ==
        "PRECONDITION_FAILED - Unsupported property: app_id");
  CHECK(b.must(b.exchange("h", "x-consistent-hash", true, table({{"hash-property", longstr("timestamp")}}))).changed);
}

TEST_CASE("publishing asks for an exchange that exists and is not internal", "[metadata]") {
  broker b;
  declare_exchange internal = b.exchange("int", "direct");
  internal.internal = true;
  b.must(internal);
  CHECK(reply(check_publish(b.topology(), {}, "noex")) == "NOT_FOUND - no exchange 'noex'" + in_ref);
  CHECK(reply(check_publish(b.topology(), {}, "int")) ==
        "ACCESS_REFUSED - cannot publish to internal exchange 'int'" + in_ref);
  CHECK(reply(check_publish(b.topology(), {}, "")) == "ok");
}

TEST_CASE("the same binding twice is one, different arguments make another, in any order", "[metadata]") {
  broker b;
  b.must(b.queue("q"));
  const field_table ab = table({{"a", integer(1)}, {"b", integer(2)}}),
                    ba = table({{"b", integer(2)}, {"a", integer(1)}});
  CHECK(b.must(b.to_queue("amq.direct", "q", "k")).changed);
  CHECK_FALSE(b.must(b.to_queue("amq.direct", "q", "k")).changed);
  CHECK(b.must(b.to_queue("amq.direct", "q", "k", ab)).changed);
  CHECK_FALSE(b.must(b.to_queue("amq.direct", "q", "k", ba)).changed);
  CHECK(b.find_queue("q")->bindings.size() == 2);
  CHECK(b.find_exchange("amq.direct")->bindings.size() == 2);
  CHECK(b.must(unbind{b.vhost, b.to_queue("amq.direct", "q", "k", ba).binding}).changed);
  CHECK(b.find_queue("q")->bindings.size() == 1);
  CHECK_FALSE(b.must(unbind{b.vhost, b.to_queue("amq.direct", "q", "k", ba).binding}).changed);
}

TEST_CASE("an auto-delete exchange goes with its last binding, and takes those with it that only led to it",
          "[metadata]") {
  broker b;
  declare_exchange first = b.exchange("first", "fanout"), second = b.exchange("second", "fanout");
  first.auto_delete = second.auto_delete = true;
  b.must(first);
  b.must(second);
  b.must(b.queue("q"));
  CHECK(b.find_exchange("first") != nullptr);  // never bound: stays
  b.must(b.to_exchange("first", "second", ""));
  b.must(b.to_queue("second", "q", ""));
  const applied done = b.must(delete_queue{b.vhost, "q", {}});
  CHECK(count<exchange_deleted>(done.events) == 2);
  CHECK(count<binding_deleted>(done.events) == 2);
  CHECK(b.find_exchange("first") == nullptr);
  CHECK(b.find_exchange("second") == nullptr);
}

TEST_CASE("circles of auto-delete exchanges and bindings to itself end", "[metadata]") {
  broker b;
  declare_exchange x = b.exchange("x", "fanout"), y = b.exchange("y", "fanout");
  x.auto_delete = y.auto_delete = true;
  b.must(x);
  b.must(y);
  b.must(b.to_exchange("x", "y", ""));
  b.must(b.to_exchange("y", "x", ""));
  b.must(b.to_exchange("x", "x", "self"));
  b.must(delete_exchange{b.vhost, "x"});
  CHECK(b.find_exchange("x") == nullptr);
  CHECK(b.find_exchange("y") == nullptr);
}

TEST_CASE("a queue that is deleted leaves no binding behind", "[metadata]") {
  broker b;
  b.must(b.queue("q"));
  b.must(b.to_queue("amq.topic", "q", "a.#"));
  b.must(b.to_queue("amq.direct", "q", "k"));
  const applied done = b.must(delete_queue{b.vhost, "q", {}});
  CHECK(count<binding_deleted>(done.events) == 2);
  CHECK(count<queue_deleted>(done.events) == 1);
  CHECK(b.find_exchange("amq.topic")->bindings.empty());
  CHECK(b.find_exchange("amq.direct")->bindings.empty());
}
