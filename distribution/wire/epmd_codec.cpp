#include "distribution/wire/epmd_codec.hpp"

#include <charconv>

#include "core/base/assert.hpp"
#include "distribution/wire/byte_reader.hpp"

namespace warren::distribution::epmd {

namespace {

enum letter : std::uint8_t {
  alive2 = 120,
  port_please2 = 122,
  names = 110,
  dump = 100,
  kill = 107,
  stop = 115,
  alive2_answer = 121,
  alive2_x_answer = 118,
  port2_answer = 119,
};

/// Control bytes would break the lines of `epmd -names`.
bool good_name(bytes_view name) {
  if (name.empty() || name.size() > max_name_bytes) return false;
  for (const unsigned char c : name)
    if (c <= ' ' || c == 127) return false;
  return true;
}

void append_node(std::string& out, const alive2_req& r) {
  append_number(out, r.port);
  append_number(out, r.node_type);
  append_number(out, r.protocol);
  append_number(out, r.highest_version);
  append_number(out, r.lowest_version);
  append_number(out, static_cast<std::uint16_t>(r.name.size()));
  out += r.name;
  append_number(out, static_cast<std::uint16_t>(r.extra.size()));
  out += r.extra;
}

std::optional<alive2_req> read_node(byte_reader& in) {
  alive2_req r;
  r.port = in.number<std::uint16_t>();
  r.node_type = in.number<std::uint8_t>();
  r.protocol = in.number<std::uint8_t>();
  r.highest_version = in.number<std::uint16_t>();
  r.lowest_version = in.number<std::uint16_t>();
  r.name = in.bytes(in.number<std::uint16_t>());
  r.extra = in.bytes(in.number<std::uint16_t>());
  if (!in.ok() || !good_name(r.name)) return std::nullopt;
  return r;
}

struct body_writer {
  std::string& out;
  void operator()(const alive2_req& r) {
    append_number(out, std::uint8_t{alive2});
    append_node(out, r);
  }
  void operator()(const port_please2_req& r) {
    append_number(out, std::uint8_t{port_please2});
    out += r.name;
  }
  void operator()(const names_req&) { append_number(out, std::uint8_t{names}); }
  void operator()(const dump_req&) { append_number(out, std::uint8_t{dump}); }
  void operator()(const kill_req&) { append_number(out, std::uint8_t{kill}); }
  void operator()(const stop_req& r) {
    append_number(out, std::uint8_t{stop});
    out += r.name;
  }
};

template <class T>
std::optional<request> alone(const byte_reader& in) {
  if (!in.at_end()) return std::nullopt;
  return request{T{}};
}

template <class T>
std::optional<request> with_name(const byte_reader& in) {
  if (!good_name(in.rest())) return std::nullopt;
  return request{T{std::string(in.rest())}};
}

}  // namespace

std::string encode(const request& r) {
  std::string body;
  std::visit(body_writer{body}, r);
  WARREN_ENSURE(body.size() <= max_request_bytes);
  std::string out;
  append_number(out, static_cast<std::uint16_t>(body.size()));
  return out += body;
}

std::optional<request> decode_request(bytes_view body) {
  if (body.size() > max_request_bytes) return std::nullopt;
  byte_reader in(body);
  switch (in.number<std::uint8_t>()) {
    case alive2: {
      auto node = read_node(in);
      // epmd ignores what follows the extra field: so do we
      if (!node) return std::nullopt;
      return request{std::move(*node)};
    }
    case port_please2: return with_name<port_please2_req>(in);
    case names: return alone<names_req>(in);
    case dump: return alone<dump_req>(in);
    case kill: return alone<kill_req>(in);
    case stop: return with_name<stop_req>(in);
    default: return std::nullopt;
  }
}

std::string encode(const alive2_resp& r) {
  std::string out;
  append_number(out, std::uint8_t{r.extended ? alive2_x_answer : alive2_answer});
  append_number(out, r.result);
  if (r.extended)
    append_number(out, r.creation);
  else
    append_number(out, static_cast<std::uint16_t>(r.creation));
  return out;
}

std::size_t alive2_resp_bytes(char first) {
  switch (static_cast<std::uint8_t>(first)) {
    case alive2_answer: return 4;
    case alive2_x_answer: return 6;
    default: return 0;
  }
}

std::optional<alive2_resp> decode_alive2_resp(bytes_view whole) {
  if (whole.empty() || whole.size() != alive2_resp_bytes(whole[0])) return std::nullopt;
  byte_reader in(whole);
  alive2_resp r;
  r.extended = in.number<std::uint8_t>() == alive2_x_answer;
  r.result = in.number<std::uint8_t>();
  r.creation = r.extended ? in.number<std::uint32_t>() : in.number<std::uint16_t>();
  return r;
}

std::string encode_port2_resp(const alive2_req* found) {
  std::string out;
  append_number(out, std::uint8_t{port2_answer});
  append_number(out, std::uint8_t{found ? std::uint8_t{0} : std::uint8_t{1}});
  if (found) append_node(out, *found);
  return out;
}

std::optional<port2_resp> decode_port2_resp(bytes_view whole) {
  byte_reader in(whole);
  if (in.number<std::uint8_t>() != port2_answer) return std::nullopt;
  port2_resp r;
  r.result = in.number<std::uint8_t>();
  if (!in.ok()) return std::nullopt;
  if (r.result != 0) return r;
  auto node = read_node(in);
  if (!node) return std::nullopt;
  r.node = std::move(*node);
  return r;
}

std::string encode_names_resp(std::uint16_t mapper_port, const std::vector<name_and_port>& nodes) {
  std::string out;
  append_number(out, std::uint32_t{mapper_port});
  for (const auto& n : nodes) out += "name " + n.name + " at port " + std::to_string(n.port) + "\n";
  return out;
}

std::string encode_dump_resp(std::uint16_t mapper_port, const std::vector<name_and_port>& nodes) {
  std::string out;
  append_number(out, std::uint32_t{mapper_port});
  for (const auto& n : nodes)
    out += "active name     <" + n.name + "> at port " + std::to_string(n.port) + ", fd = 0\n";
  return out;
}

std::optional<std::vector<name_and_port>> decode_names_resp(bytes_view whole) {
  byte_reader in(whole);
  (void)in.number<std::uint32_t>();
  if (!in.ok()) return std::nullopt;
  std::vector<name_and_port> nodes;
  bytes_view lines = in.rest();
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const bytes_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    constexpr bytes_view before = "name ", between = " at port ";
    const auto middle = line.rfind(between);
    if (!line.starts_with(before) || middle == bytes_view::npos || middle < before.size()) continue;
    const bytes_view name = line.substr(before.size(), middle - before.size());
    const bytes_view digits = line.substr(middle + between.size());
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || !good_name(name)) continue;
    nodes.push_back({std::string(name), port});
  }
  return nodes;
}

}  // namespace warren::distribution::epmd
