using System.Collections.Immutable;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Verify.Build;

/// <summary>What a build wants proven of a model, and what has been found out about it.</summary>
/// <param name="Properties">The files of the properties, as the build hashed them.</param>
/// <param name="VerdictText">The text of the verdict file; null where there is none.</param>
/// <param name="Unknown">What an undecided property is, <c>Warning</c> or <c>Error</c>; empty: a warning.</param>
public sealed record VerificationRequest(ImmutableArray<ManifestFile> Properties, string? VerdictText, string Unknown);
