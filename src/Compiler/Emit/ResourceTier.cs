using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The tier for large models: one resource of the assembly, read once into memory.</summary>
internal static class ResourceTier
{
    /// <summary>Writes the properties; returns the resource's content.</summary>
    public static byte[] Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<NamedWeight> weights)
    {
        var blob = new List<byte>();
        foreach (NamedWeight weight in weights)
        {
            string csharp = weight.Weight.ElementType.CSharpName()!;
            string offset = blob.Count.ToString(CultureInfo.InvariantCulture);
            string length = weight.Weight.Length.ToString(CultureInfo.InvariantCulture);
            code.Line("/// <summary>" + XmlText.Escape(weight.Comment) + ".</summary>");
            code.Line($"internal static ReadOnlySpan<{csharp}> {weight.Name} => Blob.Read<{csharp}>({offset}, {length});");
            code.Line();
            blob.AddRange(weight.Weight.Data.ToArray());
            while (blob.Count % 64 != 0) blob.Add(0);
        }

        WriteReader(code, plan, blob.Count);
        return [.. blob];
    }

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
                code.Line($"using global::System.IO.Stream? stream = typeof({plan.ClassName}).Assembly.GetManifestResourceStream(\"{name}\");");
                code.Line($"if (stream is null || stream.Length != {bytes.ToString(CultureInfo.InvariantCulture)}) throw new InvalidOperationException(\"The weights of {plan.ClassName} are missing: resource {name}.\");");
                code.Line("var bytes = new byte[stream.Length];");
                code.Line("stream.ReadExactly(bytes, 0, bytes.Length);");
                code.Line("return bytes;");
            }
        }
    }
}
