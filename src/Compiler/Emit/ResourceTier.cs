using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The tier for large models: one resource of the assembly, read in place from the mapped image.</summary>
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
        code.Line("/// <summary>The resource, as the runtime has mapped it: nothing is copied.</summary>");
        using (code.Block("private static class Blob"))
        {
            code.Line("private static readonly IntPtr s_start = Open();");
            code.Line();
            using (code.Block("internal static ReadOnlySpan<T> Read<T>(int offset, int count) where T : struct"))
                code.Line("return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<T>(), s_start + offset), count);");
            code.Line();
            using (code.Block("private static IntPtr Open()"))
            {
                string name = plan.Options.WeightResource!.Replace("\\", "\\\\").Replace("\"", "\\\"");
                code.Line($"System.IO.Stream? stream = typeof({plan.ClassName}).Assembly.GetManifestResourceStream(\"{name}\");");
                code.Line($"if (stream is null || stream.Length != {bytes.ToString(CultureInfo.InvariantCulture)}) throw new InvalidOperationException(\"The weights of {plan.ClassName} are missing: resource {name}.\");");
                code.Line("// A resource of a loaded assembly is a stream over its mapped image, which stays for the life of the assembly.");
                code.Line("return ResourcePointer(stream);");
            }

            code.Line();
            using (code.Block("private static IntPtr ResourcePointer(System.IO.Stream stream)"))
            {
                code.Line("if (stream is System.IO.UnmanagedMemoryStream mapped) return PositionOf(mapped);");
                code.Line("byte[] copy = GC.AllocateArray<byte>((int)stream.Length, pinned: true);");
                code.Line("stream.ReadExactly(copy);");
                code.Line("s_keepAlive = copy;");
                code.Line("return Marshal.UnsafeAddrOfPinnedArrayElement(copy, 0);");
            }
        }
    }
}
