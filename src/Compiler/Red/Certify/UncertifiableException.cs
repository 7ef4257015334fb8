using System;

namespace RedGen.Compiler.Red.Certify;

/// <summary>No bound can be given for a node; <see cref="ErrorBound"/> makes it the certificate's problem.</summary>
/// <param name="reason">Why, as the end of a sentence that begins with the node.</param>
internal sealed class UncertifiableException(string reason) : Exception(reason);
