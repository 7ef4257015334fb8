using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Domains, versions and overloads: what a node's operator means.</summary>
internal static class OpsetReader
{
    /// <summary>The newest ai.onnx opset whose operators RedGen knows the meaning of.</summary>
    private const int NewestOpset = 28;

    /// <summary>The domain as RedGen writes it: ai.onnx is the empty one.</summary>
    public static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>An operator's name together with the overload that functions of IR version 10 and up may have.</summary>
    public static string Overloaded(string name, string overload) => overload.Length == 0 ? name : name + ":" + overload;

    /// <summary>The imports by domain.</summary>
    public static ImmutableSortedDictionary<string, int> Read(IEnumerable<OperatorSetIdProto> imports, ReadContext context)
    {
        ImmutableSortedDictionary<string, int>.Builder opsets = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (OperatorSetIdProto import in imports)
        {
            string domain = Domain(import.Domain);
            int newest = domain.Length == 0 ? NewestOpset : int.MaxValue;
            if (import.Version < 1 || import.Version > newest)
                context.Report(Unsupported(domain, import.Version, domain.Length == 0 ? "RedGen knows 1 to " + ReadContext.Text(NewestOpset) : "versions start with 1"));
            int version = (int)Math.Min(Math.Max(import.Version, 1), newest);
            if (opsets.TryGetValue(domain, out int other) && other != version)
                context.Report(Unsupported(domain, import.Version, "the model imports version " + ReadContext.Text(other) + " of it too"));
            opsets[domain] = version;
        }

        return opsets.ToImmutable();
    }

    private static Diagnostic Unsupported(string domain, long version, string why)
        => DiagnosticCatalog.UnsupportedOpset.With(domain.Length == 0 ? "ai.onnx" : ReadContext.Shorten(domain), ReadContext.Text(version), why);
}
