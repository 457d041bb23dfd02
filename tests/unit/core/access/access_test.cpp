#include "core/access/access.hpp"

#include "tests/unit/core/metadata/fixture.hpp"

using namespace warren;
using namespace warren::testing;

namespace {

const std::string for_limited = " in vhost 'amqp-ref' refused for user 'limited'";
std::string no_queue(const std::string& name) {
  return "ACCESS_REFUSED - access to queue '" + name + "'" + for_limited;
}
std::string no_exchange(const std::string& name) {
  return "ACCESS_REFUSED - access to exchange '" + name + "'" + for_limited;
}

/// The user of the captured replies: configure ^own-, write and read ^own-|amq.topic, topic write ^a\.
broker with_limited_user() {
  broker b;
  b.must(put_user{"limited", "hash", "rabbit_password_hashing_sha256", {}, true});
  b.must(put_user{"guest", "hash", "rabbit_password_hashing_sha256", {"administrator"}, true});
  b.must(set_permission{"limited", b.vhost, "^own-", "^own-|amq.topic", "^own-|amq.topic"});
  b.must(set_permission{"guest", b.vhost, ".*", ".*", ".*"});
  b.must(set_topic_permission{"limited", b.vhost, "amq.topic", "^a\\.", "^a\\."});
  b.must(b.queue("q1"));
  return b;
}

}  // namespace

TEST_CASE("permissions are refused in the words captured from RabbitMQ", "[access]") {
  broker b = with_limited_user();
  const access_scope scope(b.topology(), "limited");
  const caller who{connection_id{1}, &scope};
  const auto& t = b.topology();

  CHECK(reply(check_declare_queue(t, who, b.queue("theirs"))) == no_queue("theirs"));
  declare_queue server_named = b.queue("amq.gen-2Nm1u4PXoVVDV4YnNkRdbg");
  server_named.server_named = true;
  CHECK(reply(check_declare_queue(t, who, server_named)) == no_queue(server_named.name));
  CHECK(reply(check_declare_exchange(t, who, b.exchange("theirs", "direct"))) == no_exchange("theirs"));
  CHECK(reply(check_passive_queue(t, who, "q1")) == "ok");  // passive declarations are not checked
  CHECK(reply(check_use_queue(t, who, "q1")) == no_queue("q1"));
  CHECK(reply(check_publish(t, who, "amq.direct")) == no_exchange("amq.direct"));
  CHECK(reply(check_publish(t, who, "")) == no_exchange("amq.default"));
  CHECK(reply(check_publish(t, who, "amq.topic")) == "ok");
  const exchange_record& topic = *b.find_exchange("amq.topic")->record;
  CHECK(reply(scope.check_topic(access_right::write, topic, "b.x")) ==
        "ACCESS_REFUSED - access to topic 'b.x' in exchange 'amq.topic'" + for_limited);
  CHECK(reply(scope.check_topic(access_right::write, topic, "a.x")) == "ok");
  CHECK(reply(check_delete_queue(t, who, "q1")) == no_queue("q1"));
  CHECK(reply(check_delete_exchange(t, who, {b.vhost, "theirs"})) == no_exchange("theirs"));
}

TEST_CASE("binding needs write on the destination, read on the source and the topic", "[access]") {
  broker b = with_limited_user();
  b.must(b.queue("own-q"));
  const access_scope scope(b.topology(), "limited");
  const caller who{connection_id{1}, &scope};
  const auto& t = b.topology();
  CHECK(reply(check_bind(t, who, b.to_queue("amq.topic", "q1", "a.b"))) == no_queue("q1"));
  CHECK(reply(check_bind(t, who, b.to_queue("amq.direct", "own-q", "k"))) == no_exchange("amq.direct"));
  CHECK(reply(check_bind(t, who, b.to_queue("amq.topic", "own-q", "b.#"))) ==
        "ACCESS_REFUSED - access to topic 'b.#' in exchange 'amq.topic'" + for_limited);
  CHECK(reply(check_bind(t, who, b.to_queue("amq.topic", "own-q", "a.#"))) == "ok");
  const bind bad = b.to_queue("amq.direct", "own-q", "k");
  CHECK(reply(check_unbind(t, who, {bad.vhost, bad.binding})) == no_exchange("amq.direct"));
}

TEST_CASE("a dead letter or alternate exchange needs read on the new object and write on the exchange", "[access]") {
  broker b = with_limited_user();
  const access_scope scope(b.topology(), "limited");
  const caller who{connection_id{1}, &scope};
  const auto queue = [&](std::string dlx) {
    return reply(check_declare_queue(b.topology(), who,
                                     b.queue("own-q", true, table({{"x-dead-letter-exchange", longstr(dlx)}}))));
  };
  const auto exchange = [&](std::string ae) {
    return reply(check_declare_exchange(
        b.topology(), who, b.exchange("own-x", "direct", true, table({{"alternate-exchange", longstr(ae)}}))));
  };
  CHECK(queue("amq.fanout") == no_exchange("amq.fanout"));
  CHECK(queue("amq.topic") == "ok");
  CHECK(exchange("amq.fanout") == no_exchange("amq.fanout"));
  CHECK(exchange("amq.topic") == "ok");

  b.must(set_permission{"limited", b.vhost, "^own-", ".*", "nothing"});
  const access_scope no_read(b.topology(), "limited");
  const caller blind{connection_id{1}, &no_read};
  CHECK(reply(check_declare_queue(b.topology(), blind,
                                  b.queue("own-q", true, table({{"x-dead-letter-exchange", longstr("x")}})))) ==
        no_queue("own-q"));
}

TEST_CASE("topic permissions restrict only the exchange they name, and expand user and vhost", "[access]") {
  broker b = with_limited_user();
  b.must(b.exchange("other", "topic"));
  b.must(set_topic_permission{"guest", b.vhost, "other", "^{username}\\.{vhost}\\.", ""});
  const access_scope limited(b.topology(), "limited"), guest(b.topology(), "guest");
  const exchange_record& other = *b.find_exchange("other")->record;
  const exchange_record& topic = *b.find_exchange("amq.topic")->record;
  CHECK(limited.can_topic(access_right::write, other, "anything"));
  CHECK(guest.can_topic(access_right::write, topic, "anything"));
  CHECK(guest.can_topic(access_right::write, other, "guest.amqp-ref.x"));
  CHECK_FALSE(guest.can_topic(access_right::write, other, "limited.amqp-ref.x"));
  CHECK_FALSE(guest.can_topic(access_right::read, other, "guest.amqp-ref.x"));
  CHECK(guest.restricts_topics(other));
  CHECK_FALSE(guest.restricts_topics(topic));
  b.must(clear_topic_permission{"guest", b.vhost, "other", false});
  CHECK_FALSE(access_scope(b.topology(), "guest").restricts_topics(*b.find_exchange("other")->record));
}

TEST_CASE("opening a vhost: unknown, without permission, over a limit", "[access]") {
  broker b = with_limited_user();
  b.must(put_vhost{"/", "", {}, "", false});
  const auto open = [&b](std::string user, std::string vhost, std::uint64_t in_vhost = 0, std::uint64_t of_user = 0) {
    return reply(check_vhost_access(*b.machine.snapshot(), user, vhost, in_vhost, of_user));
  };
  CHECK(open("guest", "nosuch") == "NOT_ALLOWED - vhost nosuch not found");
  CHECK(open("limited", "/") == "NOT_ALLOWED - access to vhost '/' refused for user 'limited'");
  CHECK(open("limited", "amqp-ref", 1000, 1000) == "ok");
  b.must(set_vhost_limits{b.vhost, {0, std::nullopt}});
  CHECK(open("guest", "amqp-ref") ==
        "NOT_ALLOWED - access to vhost 'amqp-ref' refused for user 'guest': connection limit (0) is reached");
  b.must(set_vhost_limits{b.vhost, {2, std::nullopt}});
  CHECK(open("guest", "amqp-ref", 1) == "ok");
  b.must(set_user_limits{"limited", {0, 1}});
  CHECK(open("limited", "amqp-ref") ==
        "NOT_ALLOWED - connection refused for user 'limited': user connection limit (0) is reached");
  const user_record& limited = *b.machine.snapshot()->find_user("limited");
  CHECK(reply(check_user_channels(limited, 0)) == "ok");
  CHECK(reply(check_user_channels(limited, 1)) ==
        "NOT_ALLOWED - number of channels opened for user 'limited' has reached the maximum allowed user limit of (1)");
}

TEST_CASE("limits are read from JSON objects, unknown ones are refused", "[access]") {
  const auto vhost = parse_vhost_limits(table({{"max-connections", number(64)}, {"max-queues", number(256)}}));
  REQUIRE(vhost.ok());
  CHECK(*vhost == vhost_limits{64, 256});
  CHECK(parse_vhost_limits(table({{"nope", number(64)}})).failure().text ==
        "Validation failed\n\nUnrecognised terms [{<<\"nope\">>,64}] in limits\n");
  CHECK(parse_vhost_limits(table({{"max-queues", longstr("a")}})).failure().text ==
        "Validation failed\n\nmax-queues should be a number, actually was <<\"a\">>\n");
  CHECK(*parse_user_limits(table({{"max-channels", number(5)}})) == user_limits{std::nullopt, 5});
  CHECK(parse_user_limits(table({{"nope", number(2)}})).failure().text ==
        "Unrecognised terms [{<<\"nope\">>,2}] in user-limits");
}

TEST_CASE("rights need an existing user and vhost and expressions that compile", "[access]") {
  broker b = with_limited_user();
  CHECK(b.refused(set_permission{"nouser", b.vhost, "", "", ""}) == "NOT_FOUND - User \"nouser\" does not exist");
  CHECK(b.refused(set_permission{"guest", "nosuch", "", "", ""}) == "NOT_FOUND - Virtual host 'nosuch' does not exist");
  CHECK(b.refused(set_permission{"guest", b.vhost, "(", "", ""}) ==
        "PRECONDITION_FAILED - regular expression '(' is invalid: {\"missing )\",1}");
  CHECK(b.refused(put_user{"guest", "", "", {}, true}) == "PRECONDITION_FAILED - User \"guest\" already exists");
  CHECK(b.refused(delete_user{"nouser"}) == "NOT_FOUND - User \"nouser\" does not exist");
}

TEST_CASE("a deleted user has no rights left anywhere, also when the name comes back", "[access]") {
  broker b = with_limited_user();
  const applied done = b.must(delete_user{"limited"});
  CHECK(count<permission_changed>(done.events) == 1);
  CHECK(count<user_deleted>(done.events) == 1);
  b.must(put_user{"limited", "hash", "", {}, true});
  CHECK_FALSE(access_scope(b.topology(), "limited").can(access_right::read, "own-q"));
  CHECK_FALSE(access_scope(b.topology(), "limited").restricts_topics(*b.find_exchange("amq.topic")->record));
}

TEST_CASE("overwriting a user keeps the limits, tags are found by name", "[access]") {
  broker b = with_limited_user();
  b.must(set_user_limits{"guest", {5, 6}});
  b.must(put_user{"guest", "new", "rabbit_password_hashing_sha512", {"monitoring"}, false});
  const user_record& guest = *b.machine.snapshot()->find_user("guest");
  CHECK(guest.limits == user_limits{5, 6});
  CHECK(guest.password_hash == "new");
  CHECK(has_tag(guest, "monitoring"));
  CHECK_FALSE(has_tag(guest, "administrator"));
}
