#include <cstdio>

#include "supervision/place.hpp"
#include "supervision/tree.hpp"

namespace warren::supervision {

namespace {

/// Length of the well-formed UTF-8 sequence at `at`, 0 if there is none (names may hold any bytes, JSON may not).
std::size_t utf8_length(std::string_view s, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned c = byte(at);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(at + 1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    const unsigned next = byte(at + 1);
    if ((c == 0xE0 && next < 0xA0) || (c == 0xED && next > 0x9F)) return 0;
    return tail(at + 1) && tail(at + 2) ? 3 : 0;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    const unsigned next = byte(at + 1);
    if ((c == 0xF0 && next < 0x90) || (c == 0xF4 && next > 0x8F)) return 0;
    return tail(at + 1) && tail(at + 2) && tail(at + 3) ? 4 : 0;
  }
  return 0;
}

void append_json(std::string& out, std::string_view s) {
  out += '"';
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const auto length = utf8_length(s, i);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\u%04x", c);
      out += hex;
    } else if (length == 0) {
      out += "\\ufffd";
    } else {
      out.append(s.substr(i, length));
    }
    i += length == 0 ? 1 : length;
  }
  out += '"';
}

void append_text(std::string& out, const tree_node& node, int depth) {
  out.append(static_cast<std::size_t>(depth) * 2, ' ').append(escape_name(node.name));
  if (!node.kind.empty()) out.append("  ").append(node.kind);
  if (node.actor_id != 0) out.append(" <").append(std::to_string(node.actor_id)).append(">");
  out.append(" ").append(node.state);
  if (node.mailbox) out.append(" mailbox=").append(std::to_string(*node.mailbox));
  if (node.restarts != 0) out.append(" restarts=").append(std::to_string(node.restarts));
  if (!node.last_exit.empty()) out.append(" last_exit=\"").append(node.last_exit).append("\"");
  out += '\n';
  for (const auto& child : node.children) append_text(out, child, depth + 1);
}

void append_json(std::string& out, const tree_node& node) {
  out += "{\"name\":";
  append_json(out, node.name);
  out += ",\"kind\":";
  append_json(out, node.kind);
  out += ",\"actor_id\":" + (node.actor_id == 0 ? std::string("null") : std::to_string(node.actor_id));
  out += ",\"state\":";
  append_json(out, node.state);
  out += ",\"restarts\":" + std::to_string(node.restarts) + ",\"last_exit\":";
  if (node.last_exit.empty()) {
    out += "null";
  } else {
    append_json(out, node.last_exit);
  }
  out += ",\"mailbox\":" + (node.mailbox ? std::to_string(*node.mailbox) : std::string("null"));
  out += ",\"children\":[";
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i != 0) out += ',';
    append_json(out, node.children[i]);
  }
  out += "]}";
}

}  // namespace

std::string render_text(const tree_node& root) {
  std::string out;
  append_text(out, root, 0);
  return out;
}

std::string render_json(const tree_node& root) {
  std::string out;
  append_json(out, root);
  return out;
}

const tree_node* find(const tree_node& root, std::string_view path) {
  const auto slash = path.find('/');
  if (path.substr(0, slash) != escape_name(root.name)) return nullptr;
  if (slash == std::string_view::npos) return &root;
  const auto rest = path.substr(slash + 1);
  const tree_node* dead = nullptr;
  for (const auto& child : root.children) {
    const auto* found = find(child, rest);
    if (found == nullptr) continue;
    if (found->actor_id != 0) return found;
    dead = found;  // a live one of the same name is preferred
  }
  return dead;
}

}  // namespace warren::supervision
