// A whole connection fed by a hostile peer: protocol header, frames, contents, closing. The same bytes go in twice,
// once in a single read with looking ahead, once in small reads frame by frame, and must have the same outcome.
//
// Input: one octet of choices, then the bytes of the peer.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "amqp/channel_gate.hpp"
#include "amqp/connection_machine.hpp"
#include "amqp/content_assembler.hpp"
#include "amqp/frame_writer.hpp"
#include "core/message/properties.hpp"

using namespace warren;
using namespace warren::amqp;

namespace {

enum choice : std::uint8_t { logged_in = 1, refuse_login = 2, refuse_vhost = 4, alarmed = 8, small_messages = 16 };

void require(bool holds) {
  if (!holds) std::abort();
}

struct channel {
  explicit channel(block_builder& builder, std::uint64_t most) : assembler(builder, most) {}
  content_assembler assembler;
  channel_gate gate;
};

/// A shell that does nothing but write down what happens.
class shell {
 public:
  shell(std::uint8_t choices, bool look_ahead) : choices_(choices), look_ahead_(look_ahead) {
    auto settings = std::make_shared<connection_settings>();
    settings->mechanisms = {"PLAIN", "AMQPLAIN", "EXTERNAL", "RABBIT-CR-DEMO"};
    machine_ = std::make_unique<connection_machine>(settings, std::nullopt, 0);
    if ((choices & alarmed) != 0) machine_->alarm("low on memory");
    if ((choices & logged_in) != 0) log_in();
  }

  void feed(bytes_view read) {
    if (over_) return;
    unread_ += read;
    bytes_view in = unread_;
    for (;;) {
      frame f;
      const auto got = machine_->next(in, f);
      if (got == connection_machine::input::channel_frame) {
        on_frame(f, in);
        continue;
      }
      const bool goes_on = perform();
      if (got == connection_machine::input::more || !goes_on) break;
    }
    builder_.finish();
    unread_.erase(0, unread_.size() - in.size());
  }

  std::string finish() {
    machine_->tick(1'000'000);
    perform();
    require(machine_->where() == connection_machine::state::gone || machine_->running());
    const std::size_t waiting = out_.total_bytes();
    require(drained() == waiting && out_.empty());
    return std::move(log_);
  }

 private:
  void log_in() {
    const auto send = [&](const method& m) {
      std::string payload;
      encode_method(m, payload);
      output_batch bytes;
      append_method(bytes, 0, m);
      output_batch::segment segment;
      require(bytes.gather(&segment, 1) == 1);
      feed({segment.data, segment.size});
    };
    feed(bytes_view("AMQP\0\0\x09\x01", 8));
    field_table capabilities, properties;
    capabilities.set("connection.blocked", field_value::boolean(true));
    capabilities.set("authentication_failure_close", field_value::boolean(true));
    properties.set("capabilities", field_value::table(capabilities));
    send(connection_start_ok{properties, "PLAIN", std::string("\0u\0p", 4), "en_US"});
    send(connection_tune_ok{5, 8192, 10});
    send(connection_open{"/", "", false});
  }

  void on_frame(const frame& f, bytes_view& following) {
    auto it = channels_.find(f.channel);
    if (it == channels_.end()) {
      if (!machine_->admit_channel()) return;
      const std::uint64_t most = (choices_ & small_messages) != 0 ? 100 : 1'000'000;
      it = channels_.emplace(f.channel, std::make_unique<channel>(builder_, most)).first;
    }
    channel& c = *it->second;
    const auto step = look_ahead_ ? c.assembler.feed(f, following, assembled_) : c.assembler.feed(f, assembled_);
    switch (step) {
      case content_assembler::step::more: return;
      case content_assembler::step::failed: return machine_->close(assembled_.failure);
      case content_assembler::step::method: return on_method(f.channel, c);
      case content_assembler::step::publish: return on_publish(f.channel, c);
    }
  }

  void on_method(std::uint16_t number, channel& c) {
    std::string payload;
    encode_method(assembled_.received, payload);
    note("method " + std::to_string(number) + " " + payload);
    switch (c.gate.on_method(id_of(assembled_.received))) {
      case channel_gate::verdict::refuse: return machine_->close(c.gate.failure());
      case channel_gate::verdict::closed:
      case channel_gate::verdict::ended:
        machine_->channel_closed();
        channels_.erase(number);
        return;
      case channel_gate::verdict::pass:
        if (id_of(assembled_.received) == basic_get::id) c.gate.close_sent();  // as if it had failed
        return;
      default: return;
    }
  }

  void on_publish(std::uint16_t number, channel& c) {
    publish p = std::move(assembled_.published);
    require(static_cast<bool>(p.content));
    const message& m = *p.content;
    note("publish " + std::to_string(number) + " " + std::string(m.exchange()) + "|" + std::string(m.routing_key()) +
         "|" + std::string(m.properties()) + "|" + std::string(m.body()) + "|" + std::to_string(m.flags) +
         std::to_string(m.priority) + std::to_string(m.expiration_ms) + std::to_string(p.mandatory) +
         std::to_string(p.immediate) + (p.fault ? close_text(p.fault->why.what) : ""));
    if (c.gate.on_publish() == channel_gate::verdict::refuse) return machine_->close(c.gate.failure());
    if (p.fault && p.fault->check == publish_check::properties) return machine_->close(p.fault->why);
    if (!p.fault) {
      require(decode_properties(m.properties()).ok());
      append_delivery(out_, delivery_template(number, "t"), 1, false, p.content, 4096);
    }
    published_ = true;
  }

  /// False when there is nothing to be waited for any more.
  bool perform() {
    if (published_) machine_->client_published();
    bool answered = false;
    for (auto& e : machine_->take_effects()) {
      if (auto* send = std::get_if<effect::send>(&e)) {
        std::string payload;
        encode_method(send->m, payload);
        require(decode_method(payload).ok());
        note("send " + payload);
      } else if (std::holds_alternative<effect::authenticate>(e)) {
        if ((choices_ & refuse_login) != 0)
          machine_->authentication_refused();
        else
          machine_->authenticated("u");
        answered = true;
      } else if (std::holds_alternative<effect::open_vhost>(e)) {
        if ((choices_ & refuse_vhost) != 0)
          machine_->vhost_refused(fail(reply_code::not_allowed, "no"));
        else
          machine_->vhost_opened();
        answered = true;
      } else if (std::holds_alternative<effect::update_secret>(e)) {
        machine_->secret_updated();
        answered = true;
      } else if (std::holds_alternative<effect::end_channels>(e)) {
        require(!machine_->may_send());
        note("end channels");
        machine_->channels_ended();
        answered = true;
      } else if (auto* pause = std::get_if<effect::pause_reading>(&e)) {
        if (pause->paused) machine_->alarm("");
        answered = true;
      } else if (auto* close = std::get_if<effect::close_socket>(&e)) {
        require(!over_);
        note(close->flush ? "close" : "drop");
        over_ = true;
      }
    }
    if (machine_->has_effects()) return perform() || answered;
    return answered && !over_;
  }

  /// Sends everything, a little at a time.
  [[nodiscard]] std::size_t drained() {
    std::size_t bytes = 0;
    output_batch::segment segments[3];
    while (const std::size_t n = out_.gather(segments, 3)) {
      std::size_t some = segments[0].size / 2 + 1;
      for (std::size_t i = 1; i < n; ++i) some += segments[i].size;
      bytes += some;
      out_.consume(some);
    }
    return bytes;
  }

  void note(const std::string& what) {
    log_ += what;
    log_ += '\n';
  }

  std::uint8_t choices_;
  bool look_ahead_;
  bool over_ = false, published_ = false;
  std::string unread_, log_;
  block_builder builder_{4096};
  assembled assembled_;
  std::map<std::uint16_t, std::unique_ptr<channel>> channels_;
  output_batch out_;
  std::unique_ptr<connection_machine> machine_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choices = data[0] & ~alarmed;
  const bytes_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  shell whole(choices, true), pieces(choices, false);
  whole.feed(bytes);
  const std::size_t step = 1 + bytes.size() / 16;
  for (std::size_t at = 0; at < bytes.size(); at += step) pieces.feed(bytes.substr(at, step));
  require(whole.finish() == pieces.finish());

  if ((data[0] & alarmed) != 0) {  // blocking depends on where the reads end; only survival is asked for here
    shell blocked(data[0], true);
    blocked.feed(bytes);
    (void)blocked.finish();
  }
  return 0;
}
