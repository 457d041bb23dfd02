#include <catch2/catch.hpp>

#include "amqp/channel_gate.hpp"
#include "tests/unit/amqp/wire_bytes.hpp"

using namespace warren;
using namespace warren::amqp;
using namespace warren::amqp::test;

namespace {
const field_table wants_blocked = with_capabilities({"connection.blocked"});
}

TEST_CASE("frame end octet wrong", "[frames]") {
  connection c;
  c.run();
  std::string bytes = raw_method(1, 20, 10);
  bytes.back() = '\0';
  c.feed(bytes);
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{501, "FRAME_ERROR - type 1, all octets = <<0,20,0,10>>: {invalid_frame_end_marker,0}", 0, 0});
  CHECK_FALSE(c.dropped());
  c.feed(method_bytes(0, connection_close_ok{}));  // out of step: nothing is believed any more
  CHECK_FALSE(c.dropped());
  c.machine.tick(3000);
  c.perform();
  CHECK(c.dropped());
}

TEST_CASE("frame type 7 unknown", "[frames]") {
  for (const std::uint16_t channel : {0, 1}) {
    connection c;
    c.run();
    c.feed(frame_bytes(7, channel, "xxxx"));
    CHECK(reply_of(c.sent<connection_close>()) ==
          reply{501, "FRAME_ERROR - type 7, all octets = <<\"xxxx\">>: unknown_frame", 0, 0});
  }
}

TEST_CASE("a long payload is quoted by its first 16 octets", "[frames]") {
  connection c;
  c.run();
  c.feed(frame_bytes(7, 1, "0123456789abcdefg"));
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{501, "FRAME_ERROR - type 7, first 16 octets = <<\"0123456789abcdef\">>: unknown_frame", 0, 0});
}

TEST_CASE("frame larger than frame_max", "[frames]") {
  connection c;
  c.run();
  c.feed(std::string("\x03\x00\x01", 3) + be32(140000));  // decided before the payload comes
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{501, "FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,140000,131064}", 0, 0});
}

TEST_CASE("heartbeat frame on channel 1", "[frames]") {
  connection c;
  c.run();
  c.feed(frame_bytes(8, 1, ""));
  CHECK(reply_of(c.sent<connection_close>()) == reply{505, "UNEXPECTED_FRAME - type 8, all octets = <<>>", 0, 0});
}

TEST_CASE("a heartbeat with a payload is no heartbeat", "[frames]") {
  connection c;
  c.run();
  c.feed(frame_bytes(8, 0, "x"));
  CHECK(reply_of(c.sent<connection_close>()).text == "FRAME_ERROR - type 8, all octets = <<\"x\">>: unknown_frame");
}

TEST_CASE("content on channel 0 is unexpected", "[frames]") {
  connection c;
  c.run();
  c.feed(frame_bytes(3, 0, "abc"));
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{505, "UNEXPECTED_FRAME - type 3, all octets = <<\"abc\">>", 0, 0});
}

TEST_CASE("channel method on channel 0", "[frames]") {
  connection c;
  c.run();
  c.feed(method_bytes(0, basic_qos{}));
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{504, "CHANNEL_ERROR - unexpected method in connection state running", 60, 10});
}

TEST_CASE("unknown class or method on channel 0 closes the socket without a close method", "[frames]") {
  for (const std::string& bytes : {raw_method(0, 60, 999), raw_method(0, 99, 10)}) {
    connection c;
    c.run();
    c.feed(bytes);
    CHECK(c.sent<connection_close>() == nullptr);
    CHECK(c.dropped());
    CHECK(c.find<effect::end_channels>() != nullptr);
  }
}

TEST_CASE("malformed UTF-8 on channel 0 names the method", "[frames]") {
  connection c;
  c.start();
  c.tune();
  c.feed(raw_method(0, 10, 40, "\x01\xff" + std::string("\0\0", 2)));
  CHECK(reply_of(c.sent<connection_close>()) == reply{501, "FRAME_ERROR - Malformed UTF-8 in shortstr", 10, 40});
}

TEST_CASE("third channel with channel_max 2", "[channels]") {
  connection c;
  c.run({}, 2);
  CHECK(c.machine.admit_channel());
  CHECK(c.machine.admit_channel());
  CHECK_FALSE(c.machine.admit_channel());
  c.perform();
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{530, "NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)", 0, 0});
}

TEST_CASE("channel_max limits the number of open channels, not their numbers", "[channels]") {
  connection c;
  c.run({}, 10);
  CHECK(c.feed(method_bytes(11, channel_open{})).size() == 1);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(c.machine.admit_channel());
    c.machine.channel_closed();
  }
  CHECK(c.machine.open_channels() == 0);
}

TEST_CASE("method on channel never opened", "[channels]") {
  channel_gate gate;
  CHECK(gate.on_method(basic_qos::id) == channel_gate::verdict::refuse);
  CHECK(reply_of(gate.failure()) == reply{504, "CHANNEL_ERROR - expected 'channel.open'", 60, 10});
  channel_gate other;
  CHECK(other.on_publish() == channel_gate::verdict::refuse);
  CHECK(reply_of(other.failure()) == reply{504, "CHANNEL_ERROR - expected 'channel.open'", 60, 40});
}

TEST_CASE("channel.open twice", "[channels]") {
  channel_gate gate;
  CHECK(gate.on_method(channel_open::id) == channel_gate::verdict::opened);
  CHECK(gate.on_method(channel_open::id) == channel_gate::verdict::refuse);
  CHECK(reply_of(gate.failure()) == reply{504, "CHANNEL_ERROR - second 'channel.open' seen", 20, 10});
}

TEST_CASE("connection method on channel 1", "[channels]") {
  channel_gate gate;
  CHECK(gate.on_method(channel_open::id) == channel_gate::verdict::opened);
  CHECK(gate.on_method(connection_close::id) == channel_gate::verdict::refuse);
  CHECK(reply_of(gate.failure()) == reply{503, "COMMAND_INVALID - unimplemented method", 10, 50});
}

TEST_CASE("a channel that was closed by the server drops everything until close-ok", "[channels]") {
  channel_gate gate;
  CHECK(gate.on_method(channel_open::id) == channel_gate::verdict::opened);
  CHECK(gate.on_method(queue_declare::id) == channel_gate::verdict::pass);
  CHECK(gate.on_publish() == channel_gate::verdict::pass);
  gate.close_sent();
  CHECK(gate.on_method(queue_declare::id) == channel_gate::verdict::drop);
  CHECK(gate.on_publish() == channel_gate::verdict::drop);
  CHECK(gate.on_method(channel_close::id) == channel_gate::verdict::close_ok);
  CHECK(gate.on_method(channel_close_ok::id) == channel_gate::verdict::ended);
}

TEST_CASE("a channel that the client closes is over", "[channels]") {
  channel_gate gate;
  CHECK(gate.on_method(channel_open::id) == channel_gate::verdict::opened);
  CHECK(gate.on_method(channel_close::id) == channel_gate::verdict::closed);
}

TEST_CASE("the client closes: channels end first, then close-ok", "[closing]") {
  connection c;
  c.run();
  c.feed(method_bytes(0, connection_close{200, "bye", 0, 0}) + method_bytes(1, channel_open{}));
  CHECK(c.find<effect::end_channels>() != nullptr);
  CHECK(c.sent<connection_close_ok>() == nullptr);
  CHECK(c.machine.state_name() == "closing");
  CHECK_FALSE(c.machine.may_send());
  c.machine.close(reply_code::connection_forced, "too late");
  c.machine.channels_ended();
  c.perform();
  CHECK(c.sent<connection_close_ok>() != nullptr);
  CHECK(c.sent<connection_close>() == nullptr);
  REQUIRE(c.dropped());
  CHECK(c.find<effect::close_socket>()->flush);
  CHECK(c.feed("").empty());  // the frame behind the close is thrown away
  CHECK(c.unread.empty());
  CHECK_FALSE(c.machine.reason());
}

TEST_CASE("after connection.close was sent everything but close and close-ok is discarded", "[closing]") {
  connection c;
  c.run();
  c.machine.close(reply_code::connection_forced, "operator says no");
  c.perform();
  CHECK(reply_of(c.sent<connection_close>()) == reply{320, "CONNECTION_FORCED - operator says no", 0, 0});
  CHECK(c.machine.state_name() == "closed");
  CHECK(c.feed(method_bytes(1, basic_qos{}) + method_bytes(0, basic_qos{}) + frame_bytes(3, 0, "x") +
               frame_bytes(8, 0, "") + frame_bytes(7, 1, "?"))
            .empty());
  CHECK_FALSE(c.dropped());
  SECTION("the client answers") {
    c.feed(method_bytes(0, connection_close_ok{}));
    REQUIRE(c.dropped());
    CHECK(c.find<effect::close_socket>()->flush);
  }
  SECTION("both closed at once: theirs is answered, ours is still awaited") {
    c.feed(method_bytes(0, connection_close{200, "", 0, 0}));
    CHECK(c.sent<connection_close_ok>() != nullptr);
    CHECK_FALSE(c.dropped());
    c.feed(method_bytes(0, connection_close_ok{}));
    CHECK(c.dropped());
  }
  SECTION("a second reason changes nothing") {
    c.machine.close(reply_code::internal_error, "");
    c.perform();
    CHECK(c.sent<connection_close>()->reply_code == 320);
  }
  SECTION("the client does not answer for 30 s") {
    c.machine.tick(29'999);
    c.perform();
    CHECK_FALSE(c.dropped());
    c.machine.tick(30'000);
    c.perform();
    CHECK(c.dropped());
  }
  SECTION("garbage ends it at once") {
    c.feed(std::string("\x01\x00\x00\x7f\xff\xff\xff", 7));
    CHECK(c.dropped());
  }
}

TEST_CASE("close-ok is awaited no longer than a heartbeat interval", "[closing]") {
  connection c;
  c.run({}, 2047, 5);
  c.machine.close(reply_code::connection_forced, "");
  CHECK(c.machine.deadline() == 5000);
}

TEST_CASE("a reply text is cut to 255 bytes as RabbitMQ cuts it", "[closing]") {
  connection c;
  c.run();
  c.machine.close(reply_code::connection_forced, std::string(300, 'x'));
  c.perform();
  const std::string text = c.sent<connection_close>()->reply_text;
  CHECK(text.size() == 255);
  CHECK(text.substr(250) == "xx...");
}

TEST_CASE("close_ok without a close is an unexpected method", "[closing]") {
  connection c;
  c.run();
  c.feed(method_bytes(0, connection_close_ok{}));
  CHECK(reply_of(c.sent<connection_close>()) ==
        reply{504, "CHANNEL_ERROR - unexpected method in connection state running", 10, 51});
}

TEST_CASE("no heartbeats from client at heartbeat=1", "[heartbeat]") {
  connection c;
  c.run({}, 2047, 1);
  c.machine.received(1000);
  c.machine.tick(3000);
  c.perform();
  CHECK_FALSE(c.dropped());
  c.machine.tick(3500);
  c.perform();
  REQUIRE(c.dropped());
  CHECK(c.sent<connection_close>() == nullptr);
  CHECK(c.machine.reason()->what.text == "missed heartbeats from client, timeout: 1s");
}

TEST_CASE("a heartbeat is sent when half an interval passed without other traffic", "[heartbeat]") {
  connection c;
  c.run();
  CHECK(c.machine.deadline() == 30'000);
  c.machine.sent(10'000);
  c.machine.tick(30'000);
  c.perform();
  CHECK(c.find<effect::send_heartbeat>() == nullptr);
  CHECK(c.machine.deadline() == 40'000);
  c.machine.tick(40'000);
  c.perform();
  CHECK(c.find<effect::send_heartbeat>() != nullptr);
  CHECK(c.machine.deadline() == 70'000);
  output_batch out;
  append_heartbeat(out);
  CHECK(gathered(out) == std::string("\x08\0\0\0\0\0\0\xce", 8));
}

TEST_CASE("heartbeat 0 switches both ways off", "[heartbeat]") {
  connection c;
  c.run({}, 2047, 0);
  CHECK_FALSE(c.machine.deadline());
  c.machine.tick(1'000'000'000);
  c.perform();
  CHECK(c.effects.empty());
}

TEST_CASE("publish during memory alarm", "[alarms]") {
  connection c;
  c.run(wants_blocked);
  c.machine.alarm("low on memory");
  c.perform();
  CHECK(c.machine.state_name() == "blocking");
  CHECK(c.effects.empty());  // who does not publish is not bothered
  c.machine.client_published();
  c.perform();
  CHECK(c.machine.state_name() == "blocked");
  REQUIRE(c.sent<connection_blocked>() != nullptr);
  CHECK(c.sent<connection_blocked>()->reason == "low on memory");
  REQUIRE(c.find<effect::pause_reading>() != nullptr);
  CHECK(c.find<effect::pause_reading>()->paused);
  CHECK(c.feed(method_bytes(1, channel_open{})).empty());
  CHECK(c.last == connection_machine::input::wait);

  c.effects.clear();
  c.machine.tick(151'000);  // its silence is our doing
  c.perform();
  CHECK_FALSE(c.dropped());
  c.machine.alarm("low on memory & low on disk");
  c.perform();
  CHECK(c.sent<connection_blocked>() == nullptr);
  c.machine.alarm("");
  c.perform();
  CHECK(c.sent<connection_unblocked>() != nullptr);
  CHECK_FALSE(c.find<effect::pause_reading>()->paused);
  CHECK(c.machine.state_name() == "running");
  CHECK(c.feed("").size() == 1);
  c.machine.tick(152'000);
  c.perform();
  CHECK_FALSE(c.dropped());
}

TEST_CASE("who has published before is blocked as soon as the alarm comes", "[alarms]") {
  connection c;
  c.run();
  c.machine.client_published();
  c.machine.alarm("low on disk");
  c.perform();
  CHECK(c.machine.state_name() == "blocked");
  CHECK(c.find<effect::pause_reading>() != nullptr);
  CHECK(c.sent<connection_blocked>() == nullptr);  // no capability
}

TEST_CASE("an alarm that was raised before the connection opened counts", "[alarms]") {
  connection c;
  c.machine.alarm("low on disk");
  c.run();
  CHECK(c.machine.state_name() == "blocking");
  c.machine.alarm("");
  CHECK(c.machine.state_name() == "running");
}

TEST_CASE("connection.update-secret", "[secret]") {
  connection c;
  c.run();
  c.feed(method_bytes(0, connection_update_secret{"token", "expired"}) + method_bytes(1, channel_open{}));
  REQUIRE(c.find<effect::update_secret>() != nullptr);
  CHECK(c.find<effect::update_secret>()->secret == "token");
  CHECK(c.sent<connection_update_secret_ok>() == nullptr);
  c.machine.secret_updated();
  CHECK(c.feed("").size() == 1);
  CHECK(c.sent<connection_update_secret_ok>() != nullptr);
}
