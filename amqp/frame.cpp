#include "amqp/frame.hpp"

#include "amqp/erlang_term.hpp"
#include "amqp/frame_parser.hpp"
#include "amqp/protocol_header.hpp"

namespace warren::amqp {
namespace {

/// `type 1, all octets = <<0,20>>`, or `first 16 octets` of a longer payload.
std::string snippet(std::uint8_t type, bytes_view payload) {
  const bool whole = payload.size() <= 16;
  return "type " + std::to_string(type) + (whole ? ", all" : ", first 16") +
         " octets = " + print_binary(payload.substr(0, 16));
}

wire_error fatal_frame_error(std::uint8_t type, bytes_view payload, const std::string& reason) {
  return {fail(reply_code::frame_error, snippet(type, payload) + ": " + reason), 0, 0, wire_error::ending::fatal};
}

}  // namespace

wire_error unknown_frame(const frame& f) {
  return {fail(reply_code::frame_error, snippet(f.type, f.payload) + ": unknown_frame")};
}

wire_error unexpected_frame(const frame& f) { return {fail(reply_code::unexpected_frame, snippet(f.type, f.payload))}; }

frame_parser::step frame_parser::too_large(frame& f, std::uint32_t size) {
  const std::uint32_t allowed = payload_limit_ - static_cast<std::uint32_t>(frame_overhead);
  failure_ =
      fatal_frame_error(f.type, {}, "{frame_too_large," + std::to_string(size) + "," + std::to_string(allowed) + "}");
  return step::failed;
}

frame_parser::step frame_parser::bad_end(const frame& f, char end) {
  failure_ = fatal_frame_error(f.type, f.payload,
                               "{invalid_frame_end_marker," + std::to_string(static_cast<unsigned char>(end)) + "}");
  return step::failed;
}

std::optional<protocol_version> accept_protocol_header(bytes_view bytes) {
  if (bytes == bytes_view{"AMQP\0\0\x09\x01", 8} || bytes == bytes_view{"AMQP\x01\x01\0\x09", 8})
    return protocol_version{0, 9};
  if (bytes == bytes_view{"AMQP\x01\x01\x08\0", 8} || bytes == bytes_view{"AMQP\x01\x01\x09\x01", 8})
    return protocol_version{8, 0};
  return std::nullopt;
}

}  // namespace warren::amqp
