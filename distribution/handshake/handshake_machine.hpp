#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "distribution/wire/hello.hpp"

namespace warren::distribution {

/// The acceptor's answer behind the MAC. Part of the wire format: append only.
enum class verdict : std::uint8_t {
  accepted = 0,
  wrong_cookie = 1,
  already_linked = 2,  ///< there is a link to you already
  mine_wins = 3,       ///< I am dialling you, and my name is smaller
  name_taken = 4,      ///< a node of your name and another incarnation is linked
  role_refused = 5,    ///< no such connections here
};

/// Why a handshake ended without a connection. From most specific to least.
enum class refusal : std::uint8_t {
  garbage,            ///< what came is no hello
  oversized,          ///< a hello of more than 512 bytes
  other_version,      ///< of the link protocol
  same_name,          ///< the peer has our own name
  unexpected_name,    ///< dialled A, B answered
  wrong_cookie,       ///< the peer does not have our cookie
  already_linked,     ///< the peer's verdict, or ours
  lost_simultaneous,  ///< both dialled; the other dial is kept
  name_taken,
  role_refused,
  unknown_verdict,  ///< of a newer peer
  closed,           ///< the peer closed in the middle
  silent,           ///< the peer said nothing in time
};

/// For the log and the operator: "wrong Erlang cookie", …
[[nodiscard]] std::string describe(refusal why);

/// Both sides of the mutual challenge–response in front of every connection to a node.
///
///     dialler                                        acceptor
///        │ hello_d ─────────────────────────────────────▶ │   refuse garbage, oversized, other version, own name
///        │ ◀───────────────────────────────────── hello_a │
///        │ HMAC(cookie, "dial" hello_d hello_a) ────────▶ │   compare; the shell is asked for a verdict
///        │ ◀──────── verdict, HMAC(cookie, "accept" …) ── │   (the MAC only when accepted)
///
/// Both MACs cover both hellos, whose nonces are fresh: a recorded handshake is worthless, and the labels keep one
/// side's answer from being reflected as the other's. Nothing of the cookie leaves but MACs. The acceptor keeps nothing
/// before the MAC but 512 bytes.
///
/// Pure: bytes in, bytes out. The shell must never read more than wanted() at once: what follows belongs to the
/// connection's user.
class handshake_machine {
 public:
  enum class side : std::uint8_t { dialler, acceptor };
  enum class state : std::uint8_t { reading, deciding, done, refused };

  /// `expected_peer` of a dialler; empty: any.
  handshake_machine(side which, hello self, std::string cookie, std::string expected_peer = {});

  /// The dialler's first bytes; an acceptor's are empty.
  [[nodiscard]] std::string start();
  /// How many bytes to read next (at most). 0 when not reading.
  [[nodiscard]] std::size_t wanted() const;
  /// At most wanted() bytes in, bytes to send out.
  [[nodiscard]] std::string consume(bytes_view bytes);
  /// The peer closed its side.
  void closed();
  /// The deadline has passed.
  void timed_out();
  /// An acceptor in state deciding: the peer is who it says. The bytes are to be sent in either case.
  [[nodiscard]] std::string decide(verdict v);

  [[nodiscard]] state current() const { return state_; }
  [[nodiscard]] const hello& peer() const { return peer_; }  ///< once it is known; its name may be unproven
  [[nodiscard]] bool knows_peer() const { return !peer_.name.empty(); }
  [[nodiscard]] refusal why() const { return why_; }  ///< in state refused
  /// With the details: "other version of the link protocol: 7 (ours: 1)".
  [[nodiscard]] std::string explain() const;
  /// Names this connection on both sides alike, and no other one: derived from both nonces.
  [[nodiscard]] std::uint64_t token() const;

 private:
  enum class step : std::uint8_t { prefix, hello_rest, proof, verdict_byte, acceptor_proof };

  void refuse(refusal why);
  [[nodiscard]] std::string on_prefix();
  [[nodiscard]] std::string on_hello();
  [[nodiscard]] std::string on_proof();
  [[nodiscard]] std::string on_verdict();
  [[nodiscard]] std::string on_acceptor_proof();
  [[nodiscard]] std::string proof_of(side which) const;
  void await(step next, std::size_t bytes);

  side side_;
  hello self_;
  std::string cookie_;
  std::string expected_peer_;
  std::string self_bytes_, peer_bytes_;  ///< the hellos as they went over the wire
  hello peer_;
  std::string input_;  ///< of the current step
  std::size_t need_;
  step step_ = step::prefix;
  state state_ = state::reading;
  refusal why_ = refusal::garbage;
  std::uint16_t peer_version_ = 0;
};

}  // namespace warren::distribution
