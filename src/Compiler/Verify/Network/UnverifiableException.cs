using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The network, or a part of it, is outside of what can be verified; the message says what, as a sentence's end.</summary>
internal sealed class UnverifiableException(string message) : Exception(message);
