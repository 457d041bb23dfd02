#pragma once

#include <cstdint>
#include <string>

#include "amqp/methods/method_id.hpp"

// Classes channel (20), access (30, legacy), confirm (85) and tx (90).
namespace warren::amqp {

struct channel_open {
  std::string out_of_band{};
  WARREN_METHOD(channel_open, 20, 10, "channel.open") { return visit(m.out_of_band); }
};

struct channel_open_ok {
  std::string channel_id{};
  WARREN_METHOD(channel_open_ok, 20, 11, "channel.open-ok") { return visit(as_long_string{m.channel_id}); }
};

struct channel_flow {
  bool active = false;
  WARREN_METHOD(channel_flow, 20, 20, "channel.flow") { return visit(m.active); }
};

struct channel_flow_ok {
  bool active = false;
  WARREN_METHOD(channel_flow_ok, 20, 21, "channel.flow-ok") { return visit(m.active); }
};

struct channel_close {
  std::uint16_t reply_code = 0;
  std::string reply_text{};
  std::uint16_t class_id = 0, method_id = 0;
  WARREN_METHOD(channel_close, 20, 40, "channel.close") {
    return visit(m.reply_code, m.reply_text, m.class_id, m.method_id);
  }
};

struct channel_close_ok {
  WARREN_METHOD(channel_close_ok, 20, 41, "channel.close-ok") { return visit(); }
};

struct access_request {
  std::string realm{};
  bool exclusive = false, passive = false, active = false, write = false, read = false;
  WARREN_METHOD(access_request, 30, 10, "access.request") {
    return visit(m.realm, m.exclusive, m.passive, m.active, m.write, m.read);
  }
};

struct access_request_ok {
  std::uint16_t ticket = 1;
  WARREN_METHOD(access_request_ok, 30, 11, "access.request-ok") { return visit(m.ticket); }
};

struct confirm_select {
  bool nowait = false;
  WARREN_METHOD(confirm_select, 85, 10, "confirm.select") { return visit(m.nowait); }
};

struct confirm_select_ok {
  WARREN_METHOD(confirm_select_ok, 85, 11, "confirm.select-ok") { return visit(); }
};

struct tx_select {
  WARREN_METHOD(tx_select, 90, 10, "tx.select") { return visit(); }
};

struct tx_select_ok {
  WARREN_METHOD(tx_select_ok, 90, 11, "tx.select-ok") { return visit(); }
};

struct tx_commit {
  WARREN_METHOD(tx_commit, 90, 20, "tx.commit") { return visit(); }
};

struct tx_commit_ok {
  WARREN_METHOD(tx_commit_ok, 90, 21, "tx.commit-ok") { return visit(); }
};

struct tx_rollback {
  WARREN_METHOD(tx_rollback, 90, 30, "tx.rollback") { return visit(); }
};

struct tx_rollback_ok {
  WARREN_METHOD(tx_rollback_ok, 90, 31, "tx.rollback-ok") { return visit(); }
};

}  // namespace warren::amqp
