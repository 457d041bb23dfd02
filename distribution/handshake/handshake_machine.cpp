#include "distribution/handshake/handshake_machine.hpp"

#include "core/base/assert.hpp"
#include "distribution/identity/digest.hpp"

namespace warren::distribution {

namespace {

constexpr bytes_view dial_label = "warren link 1 dial";
constexpr bytes_view accept_label = "warren link 1 accept";

refusal refusal_of(hello_fault fault) {
  switch (fault) {
    case hello_fault::garbage: return refusal::garbage;
    case hello_fault::other_version: return refusal::other_version;
    case hello_fault::oversized: return refusal::oversized;
  }
  return refusal::garbage;
}

refusal refusal_of(verdict v) {
  switch (v) {
    case verdict::wrong_cookie: return refusal::wrong_cookie;
    case verdict::already_linked: return refusal::already_linked;
    case verdict::mine_wins: return refusal::lost_simultaneous;
    case verdict::name_taken: return refusal::name_taken;
    case verdict::role_refused: return refusal::role_refused;
    case verdict::accepted: break;
  }
  return refusal::unknown_verdict;
}

}  // namespace

std::string describe(refusal why) {
  switch (why) {
    case refusal::garbage: return "not the link protocol";
    case refusal::oversized: return "oversized hello";
    case refusal::other_version: return "other version of the link protocol";
    case refusal::same_name: return "the peer has this node's own name";
    case refusal::unexpected_name: return "a node of another name answered";
    case refusal::wrong_cookie: return "the Erlang cookies differ";
    case refusal::already_linked: return "there is a link already";
    case refusal::lost_simultaneous: return "both nodes dialled, the other connection is kept";
    case refusal::name_taken: return "another node of the same name is linked already";
    case refusal::role_refused: return "connections of this kind are not accepted";
    case refusal::unknown_verdict: return "refused for a reason that this version does not know";
    case refusal::closed: return "the connection was closed during the handshake";
    case refusal::silent: return "no handshake in time";
  }
  return "refused";
}

handshake_machine::handshake_machine(side which, hello self, std::string cookie, std::string expected_peer)
    : side_(which),
      self_(std::move(self)),
      cookie_(std::move(cookie)),
      expected_peer_(std::move(expected_peer)),
      self_bytes_(encode(self_)),
      need_(hello_prefix_bytes) {}

std::string handshake_machine::start() { return side_ == side::dialler ? self_bytes_ : std::string{}; }

std::size_t handshake_machine::wanted() const { return state_ == state::reading ? need_ - input_.size() : 0; }

void handshake_machine::await(step next, std::size_t bytes) {
  step_ = next;
  need_ = bytes;
  input_.clear();
}

void handshake_machine::refuse(refusal why) {
  state_ = state::refused;
  why_ = why;
}

void handshake_machine::closed() {
  if (state_ == state::reading || state_ == state::deciding) refuse(refusal::closed);
}

void handshake_machine::timed_out() {
  if (state_ == state::reading || state_ == state::deciding) refuse(refusal::silent);
}

std::string handshake_machine::consume(bytes_view bytes) {
  WARREN_ENSURE(state_ == state::reading && bytes.size() <= wanted());
  input_ += bytes;
  if (step_ == step::prefix && !may_be_hello(input_)) {
    refuse(refusal::garbage);  // without waiting for the rest of an HTTP request
    return {};
  }
  if (input_.size() < need_) return {};
  switch (step_) {
    case step::prefix: return on_prefix();
    case step::hello_rest: return on_hello();
    case step::proof: return on_proof();
    case step::verdict_byte: return on_verdict();
    case step::acceptor_proof: return on_acceptor_proof();
  }
  return {};
}

std::string handshake_machine::on_prefix() {
  const auto length = check_hello_prefix(input_, peer_version_);
  if (const auto* fault = std::get_if<hello_fault>(&length)) {
    refuse(refusal_of(*fault));
    // so that a dialler of another version can say so
    return side_ == side::acceptor && *fault == hello_fault::other_version ? self_bytes_ : std::string{};
  }
  step_ = step::hello_rest;
  need_ = std::get<std::size_t>(length);
  return {};
}

std::string handshake_machine::on_hello() {
  auto decoded = decode_hello(input_);
  if (const auto* fault = std::get_if<hello_fault>(&decoded)) {
    refuse(refusal_of(*fault));
    return {};
  }
  peer_ = std::move(std::get<hello>(decoded));
  peer_bytes_ = input_;
  const std::string answer = side_ == side::acceptor ? self_bytes_ : std::string{};
  if (peer_.name == self_.name) {
    refuse(refusal::same_name);
    return answer;
  }
  if (side_ == side::acceptor) {
    await(step::proof, sizeof(mac));
    return answer;
  }
  if (!expected_peer_.empty() && peer_.name != expected_peer_) {
    refuse(refusal::unexpected_name);
    return {};
  }
  await(step::verdict_byte, 1);
  return proof_of(side::dialler);
}

std::string handshake_machine::on_proof() {
  if (!same_mac(input_, proof_of(side::dialler))) {
    refuse(refusal::wrong_cookie);
    return std::string(1, static_cast<char>(verdict::wrong_cookie));
  }
  state_ = state::deciding;
  return {};
}

std::string handshake_machine::decide(verdict v) {
  WARREN_ENSURE(state_ == state::deciding);
  std::string out(1, static_cast<char>(v));
  if (v != verdict::accepted) {
    refuse(refusal_of(v));
    return out;
  }
  state_ = state::done;
  return out += proof_of(side::acceptor);
}

std::string handshake_machine::on_verdict() {
  const auto v = static_cast<verdict>(input_[0]);
  if (v != verdict::accepted)
    refuse(refusal_of(v));
  else
    await(step::acceptor_proof, sizeof(mac));
  return {};
}

std::string handshake_machine::on_acceptor_proof() {
  if (same_mac(input_, proof_of(side::acceptor)))
    state_ = state::done;
  else
    refuse(refusal::wrong_cookie);
  return {};
}

std::string handshake_machine::proof_of(side which) const {
  std::string covered(which == side::dialler ? dial_label : accept_label);
  covered += side_ == side::dialler ? self_bytes_ : peer_bytes_;  // the dialler's first; hellos tell their lengths
  covered += side_ == side::dialler ? peer_bytes_ : self_bytes_;
  const mac m = hmac_sha256(cookie_, covered);
  return {m.data(), m.size()};
}

std::string handshake_machine::explain() const {
  std::string text = describe(why_);
  if (why_ == refusal::other_version)
    text += ": " + std::to_string(peer_version_) + " (ours: " + std::to_string(link_protocol_version) + ")";
  if (why_ == refusal::unexpected_name) text += ": " + peer_.name + " (expected: " + expected_peer_ + ")";
  return text;
}

std::uint64_t handshake_machine::token() const {
  const auto& dialled = side_ == side::dialler ? self_.fresh : peer_.fresh;
  const auto& accepted = side_ == side::dialler ? peer_.fresh : self_.fresh;
  return load_big_endian<std::uint64_t>(dialled.data()) ^ load_big_endian<std::uint64_t>(accepted.data() + 8);
}

}  // namespace warren::distribution
