#include <catch2/catch.hpp>

#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

namespace {
const field_table notify_failure = with_capabilities({"authentication_failure_close"});

/// Nothing was said, and the socket goes exactly after RabbitMQ's 3 s.
void check_silent_close_after_3_s(connection& c) {
  CHECK(c.sent<connection_close>() == nullptr);
  CHECK_FALSE(c.dropped());
  REQUIRE(c.machine.deadline() == 3000);
  c.machine.tick(2999);
  c.perform();
  CHECK_FALSE(c.dropped());
  c.machine.tick(3000);
  c.perform();
  REQUIRE(c.dropped());
  CHECK_FALSE(c.find<effect::close_socket>()->flush);
}
}  // namespace

TEST_CASE("connection.start offers version 0-9, the mechanisms and the server's properties", "[handshake]") {
  connection_settings settings;
  settings.server_properties = make_server_properties({"cc-prod", "(c)", "info", "platform", "RabbitMQ", "3.10.8"});
  connection c(settings);
  c.feed(std::string("AMQP\0\0\x09\x01", 8));
  const auto* start = c.sent<connection_start>();
  REQUIRE(start != nullptr);
  CHECK(start->version_major == 0);
  CHECK(start->version_minor == 9);
  CHECK(start->mechanisms == "PLAIN AMQPLAIN");
  CHECK(start->locales == "en_US");
  const field_table& p = start->server_properties;
  CHECK(*p.find("cluster_name")->string() == "cc-prod");
  CHECK(*p.find("product")->string() == "RabbitMQ");
  CHECK(*p.find("version")->string() == "3.10.8");
  std::vector<std::string> capabilities;
  for (const auto& [name, value] : p.find("capabilities")->table()->fields) {
    CHECK(*value.boolean());
    capabilities.push_back(name);
  }
  CHECK(capabilities == std::vector<std::string>{"publisher_confirms", "exchange_exchange_bindings", "basic.nack",
                                                 "consumer_cancel_notify", "connection.blocked", "consumer_priorities",
                                                 "authentication_failure_close", "per_consumer_qos",
                                                 "direct_reply_to"});
}

TEST_CASE("0-9-1 and 0-9 are answered by connection.start 0-9, the 0-8 family by 8-0", "[handshake]") {
  const std::vector<std::pair<std::string, int>> headers{{std::string("AMQP\0\0\x09\x01", 8), 9},
                                                         {std::string("AMQP\x01\x01\0\x09", 8), 9},
                                                         {std::string("AMQP\x01\x01\x08\0", 8), 0},
                                                         {std::string("AMQP\x01\x01\x09\x01", 8), 0}};
  for (const auto& [header, minor] : headers) {
    connection c;
    c.feed(header);
    REQUIRE(c.sent<connection_start>() != nullptr);
    CHECK(c.sent<connection_start>()->version_minor == minor);
    CHECK(c.sent<connection_start>()->version_major == (minor == 9 ? 0 : 8));
  }
}

TEST_CASE("any other header is answered by AMQP 0 0 9 1 and the end", "[handshake]") {
  for (const std::string& header :
       {std::string("AMQP\0\0\x08\0", 8), std::string("AMQP\0\x01\0\0", 8), std::string("AMQP\x03\x01\0\0", 8),
        std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01\x02\0\x01\0\x01", 8)}) {
    connection c;
    c.feed(header);
    REQUIRE(c.effects.size() == 2);
    CHECK(std::holds_alternative<effect::send_protocol_header>(c.effects[0]));
    REQUIRE(std::holds_alternative<effect::close_socket>(c.effects[1]));
    CHECK(std::get<effect::close_socket>(c.effects[1]).flush);
    CHECK(c.unread.empty());  // what else came is thrown away
  }
  output_batch out;
  append_protocol_header(out);
  CHECK(gathered(out) == std::string("AMQP\0\0\x09\x01", 8));
}

TEST_CASE("a header that comes byte by byte is waited for", "[handshake]") {
  connection c;
  const std::string header("AMQP\0\0\x09\x01", 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(c.sent<connection_start>() == nullptr);
    CHECK(c.machine.needed() == 8 - i);
    c.feed(header.substr(i, 1));
  }
  CHECK(c.sent<connection_start>() != nullptr);
}

TEST_CASE("a login runs from header to open-ok", "[handshake]") {
  connection c;
  field_table properties = with_capabilities({"basic.nack", "consumer_cancel_notify"});
  properties.set("connection_name", field_value::long_string("my app"));
  properties.set("product", field_value::long_string("pika"));
  properties.set("version", field_value::long_string("1.3"));
  c.start(properties);
  const auto* wanted = c.find<effect::authenticate>();
  REQUIRE(wanted != nullptr);
  CHECK(wanted->mechanism == "PLAIN");
  CHECK(wanted->user == "guest");
  CHECK(wanted->password == "guest");
  CHECK(c.last == connection_machine::input::wait);
  CHECK(c.machine.client().connection_name == "my app");
  CHECK(c.machine.client().product == "pika 1.3");
  CHECK(c.machine.client().basic_nack);
  CHECK(c.machine.client().consumer_cancel_notify);
  CHECK_FALSE(c.machine.client().connection_blocked);
  c.tune(100, 8192, 30);
  REQUIRE(c.sent<connection_tune>() != nullptr);
  CHECK(*c.sent<connection_tune>() == connection_tune{2047, 131072, 60});
  CHECK(c.machine.limits().channel_max == 100);
  CHECK(c.machine.limits().frame_max == 8192);
  CHECK(c.machine.limits().heartbeat_s == 30);
  c.feed(method_bytes(0, connection_open{"my vhost", "", false}));
  REQUIRE(c.find<effect::open_vhost>() != nullptr);
  CHECK(c.find<effect::open_vhost>()->vhost == "my vhost");
  CHECK_FALSE(c.machine.running());
  c.machine.vhost_opened();
  c.perform();
  CHECK(c.sent<connection_open_ok>() != nullptr);
  CHECK(c.machine.running());
  CHECK(c.machine.state_name() == "running");
  CHECK(c.machine.user() == "guest");
  CHECK(c.machine.vhost() == "my vhost");
}

TEST_CASE("methods that a client pipelines wait for the answers before them", "[handshake]") {
  connection c;
  c.feed(std::string("AMQP\0\0\x09\x01", 8) +
         method_bytes(0, connection_start_ok{{}, "PLAIN", std::string("\0u\0p", 4), "en_US"}) +
         method_bytes(0, connection_tune_ok{2047, 131072, 60}) + method_bytes(0, connection_open{"/", "", false}) +
         method_bytes(1, channel_open{}));
  CHECK(c.find<effect::open_vhost>() == nullptr);
  CHECK(c.machine.state_name() == "securing");
  c.machine.authenticated("u");
  CHECK(c.feed("").empty());
  REQUIRE(c.find<effect::open_vhost>() != nullptr);
  c.machine.vhost_opened();
  const auto frames = c.feed("");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].channel == 1);
  CHECK(c.unread.empty());
}

TEST_CASE("AMQPLAIN is a table with LOGIN and PASSWORD", "[handshake]") {
  field_table login;
  login.set("LOGIN", field_value::long_string("u"));
  login.set("PASSWORD", field_value::long_string("p"));
  std::string response;
  encode_table(login, response);
  connection c;
  c.start({}, "AMQPLAIN", response.substr(4));
  REQUIRE(c.find<effect::authenticate>() != nullptr);
  CHECK(c.find<effect::authenticate>()->user == "u");
  CHECK(c.find<effect::authenticate>()->password == "p");
  c.tune();
  CHECK(*c.sent<connection_tune>() == connection_tune{2047, 131072, 60});
}

TEST_CASE("wrong password, authentication_failure_close capability", "[handshake]") {
  connection c;
  c.start(notify_failure);
  c.machine.authentication_refused();
  c.perform();
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{403,
              "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker "
              "logfile.",
              0, 0});
  CHECK_FALSE(c.dropped());
  SECTION("the client answers") {
    c.feed(method_bytes(0, connection_close_ok{}));
    CHECK(c.dropped());
  }
  SECTION("it does not") {
    c.machine.tick(3000);
    c.perform();
    CHECK(c.dropped());
  }
}

TEST_CASE("wrong password, no capability", "[handshake]") {
  connection c;
  c.start();
  c.machine.authentication_refused();
  c.perform();
  check_silent_close_after_3_s(c);
}

TEST_CASE("unknown mechanism", "[handshake]") {
  connection c;
  c.start(notify_failure, "WOMBAT");
  check_silent_close_after_3_s(c);
}

TEST_CASE("EXTERNAL not offered without TLS plugin", "[handshake]") {
  connection c;
  c.start(notify_failure, "EXTERNAL", "");
  check_silent_close_after_3_s(c);
}

TEST_CASE("EXTERNAL, where it is offered, takes the identity of the certificate", "[handshake]") {
  connection_settings settings;
  settings.mechanisms = {"EXTERNAL", "PLAIN"};
  SECTION("with a certificate") {
    connection c(settings, "CN=client");
    c.start({}, "EXTERNAL", "");
    CHECK(c.sent<connection_start>()->mechanisms == "EXTERNAL PLAIN");
    REQUIRE(c.find<effect::authenticate>() != nullptr);
    CHECK(c.find<effect::authenticate>()->user == "CN=client");
    CHECK_FALSE(c.find<effect::authenticate>()->password);
  }
  SECTION("without one the login is refused") {
    connection c(settings);
    c.start(notify_failure, "EXTERNAL", "");
    CHECK(reply_of(c.sent<connection_close>()).code == 403);
  }
}

TEST_CASE("PLAIN malformed", "[handshake]") {
  for (const std::string& response : {std::string("garbage"), std::string("\0guest", 6), std::string(),
                                      std::string("id\0guest\0guest", 14), std::string("\0guest\0guest\0", 13)}) {
    connection c;
    c.start(notify_failure, "PLAIN", response);
    check_silent_close_after_3_s(c);
  }
}

TEST_CASE("AMQPLAIN malformed", "[handshake]") {
  for (const std::string& response : {std::string("garbage"), std::string(), std::string("\5LOGINI\0\0\0\1", 11)}) {
    connection c;
    c.start(notify_failure, "AMQPLAIN", response);
    check_silent_close_after_3_s(c);
  }
}

TEST_CASE("RABBIT-CR-DEMO, where it is enabled, asks for the password in a second step", "[handshake]") {
  connection_settings settings;
  settings.mechanisms = {"RABBIT-CR-DEMO"};
  connection c(settings);
  c.start({}, "RABBIT-CR-DEMO", "guest");
  REQUIRE(c.sent<connection_secure>() != nullptr);
  CHECK(c.sent<connection_secure>()->challenge == "Please tell me your password");
  c.feed(method_bytes(0, connection_secure_ok{"My password is secret"}));
  REQUIRE(c.find<effect::authenticate>() != nullptr);
  CHECK(c.find<effect::authenticate>()->user == "guest");
  CHECK(c.find<effect::authenticate>()->password == "secret");
}

TEST_CASE("missing vhost", "[handshake]") {
  connection c;
  c.start();
  c.tune();
  c.feed(method_bytes(0, connection_open{"nosuch", "", false}));
  c.machine.vhost_refused(fail(reply_code::not_allowed, "vhost nosuch not found"));
  c.perform();
  CHECK(reply_of(c.sent<connection_close>()) == reply{530, "NOT_ALLOWED - vhost nosuch not found", 10, 40});
  CHECK_FALSE(c.dropped());
  c.feed(method_bytes(0, connection_close_ok{}));
  CHECK(c.dropped());
}

TEST_CASE("tune-ok within the limits is accepted", "[handshake]") {
  for (const auto& ok :
       {connection_tune_ok{2047, 4096, 60}, connection_tune_ok{1, 131072, 1}, connection_tune_ok{2047, 131072, 0}}) {
    connection c;
    c.start();
    c.tune(ok.channel_max, ok.frame_max, ok.heartbeat);
    c.open();
    CHECK(c.machine.running());
  }
}

TEST_CASE("tune-ok beyond the limits closes the socket after 3.0 s, without connection.close", "[handshake]") {
  const std::vector<std::pair<connection_tune_ok, std::string>> violations{
      {{2047, 4095, 60}, "negotiated frame_max = 4095 is lower than the minimum allowed value (4096)"},
      {{2047, 131073, 60}, "negotiated frame_max = 131073 is higher than the maximum allowed value (131072)"},
      {{2047, 0, 60}, "negotiated frame_max = 0 (no limit) is higher than the maximum allowed value (131072)"},
      {{2048, 131072, 60}, "negotiated channel_max = 2048 is higher than the maximum allowed value (2047)"},
      {{0, 131072, 60}, "negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047)"}};
  for (const auto& [ok, log] : violations) {
    connection c;
    c.start(notify_failure);
    c.tune(ok.channel_max, ok.frame_max, ok.heartbeat);
    REQUIRE(c.machine.reason());
    CHECK(c.machine.reason()->what.text == log);
    check_silent_close_after_3_s(c);
  }
}

TEST_CASE("a server without limits takes any", "[handshake]") {
  connection_settings settings;
  settings.channel_max = 0;
  settings.frame_max = 0;
  connection c(settings);
  c.start();
  c.tune(0, 0, 0);
  c.open();
  CHECK(c.machine.running());
}

TEST_CASE("the frame limit is 4096 before tune-ok and the negotiated one after", "[handshake]") {
  SECTION("start-ok larger than 4096 bytes is not read") {
    connection c;
    field_table properties;
    properties.set("long", field_value::long_string(std::string(5000, 'x')));
    c.start(properties);
    check_silent_close_after_3_s(c);
  }
  SECTION("afterwards frames may be as large as agreed") {
    connection c;
    c.run();
    CHECK(c.feed(frame_bytes(3, 1, std::string(131064, 'x'))).size() == 1);
  }
}

TEST_CASE("the whole handshake must finish in handshake_timeout", "[handshake]") {
  connection c;
  CHECK(c.machine.deadline() == 10'000);
  c.start();
  c.machine.tick(9'999);
  c.perform();
  CHECK_FALSE(c.dropped());
  c.machine.tick(10'000);
  c.perform();
  REQUIRE(c.dropped());
  CHECK(c.sent<connection_close>() == nullptr);
  c.machine.authenticated("guest");  // too late: nothing happens
  c.perform();
  CHECK(c.sent<connection_tune>() == nullptr);
}

TEST_CASE("a method out of turn before the login closes the socket silently after 3 s", "[handshake]") {
  for (const std::string& bytes :
       {method_bytes(0, connection_open{"/", "", false}), method_bytes(1, channel_open{}), frame_bytes(3, 0, "x"),
        frame_bytes(8, 1, ""), frame_bytes(7, 0, ""), raw_method(0, 10, 11, "x")}) {
    connection c;
    c.feed(std::string("AMQP\0\0\x09\x01", 8) + bytes);
    check_silent_close_after_3_s(c);
  }
}

TEST_CASE("an unknown method during the handshake closes the socket at once", "[handshake]") {
  connection c;
  c.feed(std::string("AMQP\0\0\x09\x01", 8) + raw_method(0, 10, 99));
  CHECK(c.dropped());
}

TEST_CASE("a client may close in the middle of the handshake", "[handshake]") {
  connection c;
  c.start();
  c.machine.authenticated("guest");
  c.feed(method_bytes(0, connection_close{200, "bye", 0, 0}));
  CHECK(c.sent<connection_close_ok>() != nullptr);
  CHECK(c.dropped());
}

TEST_CASE("the node's own end during the handshake drops the socket", "[handshake]") {
  connection c;
  c.start();
  c.machine.close(reply_code::connection_forced, "shutdown");
  c.perform();
  CHECK(c.dropped());
  CHECK(c.sent<connection_close>() == nullptr);
}
