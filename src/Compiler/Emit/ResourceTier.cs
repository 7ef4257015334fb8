using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The tier for large models: one resource of the assembly, read once into memory.</summary>
internal static class ResourceTier
{
    /// <summary>The longest array of .NET.</summary>
    private const long MostBytes = 0x7FFFFFC7;

    /// <summary>Writes the properties; returns the resource's content.</summary>
    public static byte[] Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<NamedWeight> weights)
    {
        long total = weights.Sum(w => Aligned(w.Weight.Data.Length));
        if (total > MostBytes) throw new ModelException(DiagnosticCatalog.TooLarge.With("the model", "its weights take " + total.ToString(CultureInfo.InvariantCulture) + " bytes, more than one array can hold"));
        var blob = new byte[total];
        int start = 0;
        foreach (NamedWeight weight in weights)
        {
            string csharp = weight.Weight.ElementType.CSharpName()!;
            string offset = start.ToString(CultureInfo.InvariantCulture);
            string length = weight.Weight.Length.ToString(CultureInfo.InvariantCulture);
            code.Line("/// <summary>" + XmlText.Escape(weight.Comment) + ".</summary>");
            code.Line($"internal static ReadOnlySpan<{csharp}> {weight.Name} => Blob.Read<{csharp}>({offset}, {length});");
            code.Line();
            weight.Weight.Data.Span.CopyTo(blob.AsSpan(start));
            start += (int)Aligned(weight.Weight.Data.Length);
        }

        WriteReader(code, plan, blob.Length);
        return blob;
    }

    private static long Aligned(long bytes) => (bytes + 63) / 64 * 64;

    private static void WriteReader(SourceWriter code, ExecutionPlan plan, int bytes)
    {
        string name = plan.Options.WeightResource!.Replace("\\", "\\\\").Replace("\"", "\\\"");
        code.Line("/// <summary>The resource, read once.</summary>");
        using (code.Block("private static class Blob"))
        {
            code.Line("private static readonly byte[] s_bytes = Load();");
            code.Line();
            using (code.Block("internal static ReadOnlySpan<T> Read<T>(int offset, int count) where T : struct"))
                code.Line("return MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(s_bytes, offset, s_bytes.Length - offset)).Slice(0, count);");
            code.Line();
            using (code.Block("private static byte[] Load()"))
            {
                bool portable = plan.Options.IsPortable;
                string open = $"global::System.IO.Stream{(portable ? "" : "?")} stream = typeof({plan.ClassName}).Assembly.GetManifestResourceStream(\"{name}\")";
                using SourceWriter.BlockScope scope = portable ? code.Block("using (" + open + ")") : default;
                if (!portable) code.Line("using " + open + ";");
                code.Line($"if (stream is null || stream.Length != {bytes.ToString(CultureInfo.InvariantCulture)}) throw new InvalidOperationException(\"The weights of {plan.ClassName} are missing: resource {name}.\");");
                code.Line("var bytes = new byte[stream.Length];");
                if (!portable) code.Line("stream.ReadExactly(bytes, 0, bytes.Length);");
                else
                {
                    code.Line("int filled = 0;");
                    code.Line("while (filled < bytes.Length) filled += stream.Read(bytes, filled, bytes.Length - filled);");
                }

                code.Line("return bytes;");
            }
        }
    }
}
