using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The file of weights.</summary>
/// <param name="Text">Its C#.</param>
/// <param name="Blob">The resource beside it; empty in the other tiers.</param>
/// <param name="StringBytes">Bytes of string constants.</param>
/// <param name="Named">What it names of the runtime library, beside what arrays are expanded by.</param>
internal sealed record WeightFile(string Text, ReadOnlyMemory<byte> Blob, long StringBytes, string Named);

/// <summary>
/// Writes the constant arrays in one of three tiers: literals (that one can read, or eight bytes each), UTF-16 string constants that are
/// read in place, or one binary resource of the assembly. Indices of hashed weights are u8 literals in all but the last.
/// </summary>
internal static class WeightEmitter
{
    /// <summary>Elements up to which an array is written as literals that one can read.</summary>
    private const int LiteralLimit = 4096;

    /// <summary>
    /// Bytes of all longer arrays up to which they are literals of eight bytes, 3 µs each for the compiler. They lie in the program's data; a string
    /// constant compiles sooner, but the runtime copies it at its first use, 2 µs a kilobyte (docs/decisions/0026).
    /// </summary>
    public const long PackedLimit = 2_000_000;

    /// <summary>Bytes of all weights beyond which they go to a resource, where the host can embed one: 4 million floats.</summary>
    private const long ResourceLimit = 16_000_000;

    /// <summary>The function that reads floats from literals of eight bytes.</summary>
    private const string PackedFloats = "PackedWeights.Floats";

    /// <summary>Writes the class Weights of RedGenProfile=Micro: literals alone, which stay in flash.</summary>
    public static string EmitMicro(ExecutionPlan plan, WeightTable table)
    {
        var code = new SourceWriter();
        FileHeader.WriteMicro(code, plan, "");
        using (code.Block(FileHeader.ClassDeclaration(plan)))
        {
            code.Line("/// <summary>The constants of the network, laid out as the layers read them.</summary>");
            using (code.Block("private static class Weights"))
            {
                foreach (NamedWeight named in table.All)
                {
                    if (named != table.All[0]) code.Line();
                    code.Line("/// <summary>" + XmlText.Escape(named.Comment) + ".</summary>");
                    if (named.Weight.IsText && named.Weight.Length > 0) code.Line($"internal static ReadOnlySpan<byte> {named.Name} => {ByteText.Of(named.Weight.Data.Span)};");
                    else WriteLiterals(code, named);
                }
            }
        }

        return code.ToString();
    }

    /// <summary>Writes the class Weights, and the class Expanded where arrays are made from others.</summary>
    public static WeightFile Emit(ExecutionPlan plan, WeightTable table)
    {
        ImmutableArray<NamedWeight> weights = table.All;
        var code = new SourceWriter();
        bool packs = !plan.Options.IsPortable && weights.Where(IsLong).Sum(w => (long)w.Weight.Data.Length) <= PackedLimit;
        string named = packs && weights.Any(static w => IsLong(w) || w.Start is not null) ? PackedFloats : "";
        SourceWriter.BlockScope space = FileHeader.Write(code, plan, string.Join("\n", weights.Select(w => w.Weight.ElementType.CSharpName()).Concat(table.Expanded.Select(w => w.Expression)).Concat(table.Kept.Expression).Append(named)));
        long total = weights.Sum(w => (long)w.Weight.Data.Length);
        bool resource = plan.Options.WeightResource is not null && (plan.Options.Weights == WeightTier.Resource || (plan.Options.Weights is WeightTier.Auto or WeightTier.InPlace or WeightTier.Expand && total > ResourceLimit));
        long stringBytes = 0;
        byte[] blob = [];
        using (code.Block(FileHeader.ClassDeclaration(plan)))
        {
            code.Line("/// <summary>The constants of the network, laid out as the layers read them.</summary>");
            using (code.Block("private static class Weights"))
            {
                if (resource) blob = ResourceTier.Write(code, plan, weights);
                else
                {
                    NamedWeight[] parts = [.. weights.Where(static w => w.Start is not null)], others = [.. weights.Where(static w => w.Start is null)];
                    if (parts.Length > 0) SharedConstants.Write(code, parts);
                    for (int i = 0; i < others.Length; i++)
                    {
                        if (i > 0 || parts.Length > 0) code.Line();
                        stringBytes += Write(code, plan, others[i], packs);
                    }
                }
            }

            WriteExpanded(code, plan, table.Expanded, table.Kept);
        }

        space.Dispose();
        return new WeightFile(code.ToString(), blob, stringBytes, named);
    }

    private static void WriteExpanded(SourceWriter code, ExecutionPlan plan, ImmutableArray<ExpandedWeight> expanded, KeptWeights kept)
    {
        if (expanded.IsEmpty && kept.Class is null) return;
        code.Line();
        code.Line("/// <summary>");
        code.Line("/// Weights as the layers' kernels read them, made when a layer first runs. Threads that come at the same time may make them twice; one of the two stays.");
        code.Line("/// </summary>");
        using (code.Block("private static class Expanded"))
        {
            WriteKept(code, plan, kept);
            if (kept.Class is not null && !expanded.IsEmpty) code.Line();
            foreach (ExpandedWeight weight in expanded) code.Line($"private static float[]{(plan.Options.IsPortable ? "" : "?")} {FieldOf(weight)};");
            foreach (ExpandedWeight weight in expanded)
            {
                code.Line();
                code.Line("/// <summary>" + XmlText.Escape(weight.Comment) + ".</summary>");
                string made = plan.Options.IsPortable ? $"{FieldOf(weight)} ?? ({FieldOf(weight)} = {weight.Expression})" : $"{FieldOf(weight)} ??= {weight.Expression}";
                code.Line(weight.IsAligned
                    ? $"internal static ReadOnlySpan<float> {weight.Name} => AlignedMemory.OfCopy({made});"
                    : $"internal static float[] {weight.Name} => {made};");
            }

            if (!WarmupEmitter.MakesAll(plan)) return;
            code.Line();
            code.Line("/// <summary>Makes all of them.</summary>");
            using (code.Block("internal static void MakeAll()"))
                foreach (ExpandedWeight weight in expanded) code.Line($"_ = {weight.Name};");
        }
    }

    private static void WriteKept(SourceWriter code, ExecutionPlan plan, KeptWeights kept)
    {
        if (kept.Class is not { } name) return;
        string field = FieldOf(name);
        string[] lines = [.. kept.Expression];
        code.Line($"private static {name}{(plan.Options.IsPortable ? "" : "?")} {field};");
        code.Line();
        code.Line("/// <summary>Transformed weights: of a first run for each layer in turn, kept from the second on. The numbers are their lengths.</summary>");
        lines[lines.Length - 1] += plan.Options.IsPortable ? ");" : ";";
        code.Line($"internal static {name} {name} => {(plan.Options.IsPortable ? $"{field} ?? ({field} =" : field + " ??=")} {lines[0]}");
        using (code.Indent())
            foreach (string line in lines.Skip(1)) code.Line(line);
    }

    private static string FieldOf(ExpandedWeight weight) => FieldOf(weight.Name);

    private static string FieldOf(string name) => "s_" + char.ToLowerInvariant(name[0]) + name.Substring(1);

    private static bool IsLong(NamedWeight named) => !named.Weight.IsText && named.Weight.Length > LiteralLimit;

    private static long Write(SourceWriter code, ExecutionPlan plan, NamedWeight named, bool packs)
    {
        bool literal = plan.Options.Weights == WeightTier.Literal || (plan.Options.Weights != WeightTier.String && !IsLong(named));
        code.Line("/// <summary>" + XmlText.Escape(named.Comment) + ".</summary>");
        if (named.Weight.Length == 0) code.Line($"internal static ReadOnlySpan<{named.Weight.ElementType.CSharpName()}> {named.Name} => default;");
        else if (named.Weight.IsText && !plan.Options.IsPortable) code.Line($"internal static ReadOnlySpan<byte> {named.Name} => {ByteText.Of(named.Weight.Data.Span)};");
        else if (literal && plan.Options.IsPortable && named.Weight.ElementType.Bytes() > 1) WriteArray(code, named);
        else if (literal) WriteLiterals(code, named);
        else if (packs && plan.Options.Weights != WeightTier.String) WritePacked(code, named);
        else return WriteString(code, named);
        return 0;
    }

    /// <summary>Literals as C# 7.3 has them: an array made once, since a span over constants of more than a byte would be a new array at every read.</summary>
    private static void WriteArray(SourceWriter code, NamedWeight named)
    {
        string csharp = named.Weight.ElementType.CSharpName()!;
        ElementType written = WrittenType(named);
        string field = "s_" + char.ToLowerInvariant(named.Name[0]) + named.Name.Substring(1);
        code.Line($"internal static ReadOnlySpan<{csharp}> {named.Name} => {(written == named.Weight.ElementType ? field : $"MemoryMarshal.Cast<ushort, {csharp}>(new ReadOnlySpan<ushort>({field}))")};");
        code.Line();
        code.Line($"private static readonly {written.CSharpName()}[] {field} =");
        code.Line("{");
        WriteElements(code, named);
        code.Line("};");
    }

    /// <summary>Floats of 16 bits have no constant form: their bits are read in place.</summary>
    private static ElementType WrittenType(NamedWeight named) => named.Weight.ElementType.IsShortFloat() ? ElementType.UInt16 : named.Weight.ElementType;

    private static void WriteLiterals(SourceWriter code, NamedWeight named)
    {
        ElementType type = named.Weight.ElementType;
        string csharp = type.CSharpName()!;
        ElementType written = WrittenType(named);
        string open = written == type
            ? $"internal static ReadOnlySpan<{csharp}> {named.Name} => new {csharp}[]"
            : $"internal static ReadOnlySpan<{csharp}> {named.Name} => MemoryMarshal.Cast<ushort, {csharp}>((ReadOnlySpan<ushort>)new ushort[]";
        code.Line(open);
        code.Line("{");
        WriteElements(code, named);
        code.Line(written == type ? "};" : "});");
    }

    private static void WriteElements(SourceWriter code, NamedWeight named)
    {
        ElementType written = WrittenType(named);
        var values = ReferenceTensor.FromTensor(new Tensor(written, [named.Weight.Length], named.Weight.Data));
        using (code.Indent())
        {
            var line = new StringBuilder();
            for (int i = 0; i < values.Count; i++)
            {
                string text = written is ElementType.Int8 or ElementType.UInt8 or ElementType.Int16 or ElementType.UInt16
                    ? values.Integers![i].ToString(CultureInfo.InvariantCulture)
                    : CSharpLiteral.Of(written, values.Reals is null ? 0 : values.Reals[i], values.Integers is null ? 0 : values.Integers[i]);
                line.Append(text).Append(i + 1 < values.Count ? ", " : ",");
                if (line.Length < 110 && i + 1 < values.Count) continue;
                code.Line(line.ToString().TrimEnd());
                line.Clear();
            }
        }
    }

    /// <summary>Eight bytes a literal, little-endian, the last one filled up with zeros.</summary>
    private static void WritePacked(SourceWriter code, NamedWeight named)
    {
        string csharp = named.Weight.ElementType.CSharpName()!;
        bool isFloat = named.Weight.ElementType == ElementType.Float32;
        code.Line($"internal static ReadOnlySpan<{csharp}> {named.Name} => {(isFloat ? PackedFloats + "(" : $"MemoryMarshal.Cast<ulong, {csharp}>((ReadOnlySpan<ulong>)")}new ulong[]");
        code.Line("{");
        using (code.Indent()) PackedLiterals.Write(code, named.Weight.Data.Span);
        string length = named.Weight.Length.ToString(CultureInfo.InvariantCulture);
        code.Line(isFloat ? $"}}, {length});" : $"}}).Slice(0, {length});");
    }

    /// <summary>Two bytes a character, little-endian. Characters that a UTF-8 file or a C# literal cannot hold are escaped.</summary>
    private static long WriteString(SourceWriter code, NamedWeight named)
    {
        string csharp = named.Weight.ElementType.CSharpName()!;
        byte[] padded = new byte[(named.Weight.Data.Length + 1) / 2 * 2];
        named.Weight.Data.Span.CopyTo(padded);
        var literal = new StringBuilder(padded.Length);
        foreach (char c in MemoryMarshal.Cast<byte, char>(padded.AsSpan())) AppendEscaped(literal, c);
        string bytes = named.Weight.Data.Length.ToString(CultureInfo.InvariantCulture);
        string source = $"MemoryMarshal.AsBytes({named.Name}Text.AsSpan()).Slice(0, {bytes})";
        code.Line(named.Weight.ElementType == ElementType.UInt8
            ? $"internal static ReadOnlySpan<byte> {named.Name} => {source};"
            : $"internal static ReadOnlySpan<{csharp}> {named.Name} => MemoryMarshal.Cast<byte, {csharp}>({source});");
        code.Line();
        code.Line($"private const string {named.Name}Text = \"{literal}\";");
        return padded.Length;
    }

    private static void AppendEscaped(StringBuilder text, char c)
    {
        bool escape = c < ' ' || c is '"' or '\\' or '\u007F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' || char.IsSurrogate(c) || char.IsControl(c);
        if (escape) text.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
        else text.Append(c);
    }
}
