using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace RedGen.Compiler.Emit.Portable;

/// <summary>
/// Kernels as source of C# 7.3, for RedGenRuntime=Source under RedGenProfile=Portable. Most kernels are written in newer C#, and have vectors: those that are not in the list
/// come with the package's assembly only.
/// </summary>
internal static class PortableSources
{
    private static readonly Regex Space = new(@"^namespace ([\w.]+);\n(.*)", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline);

    /// <summary>A type: neither a member, nor called unless it is made.</summary>
    private static readonly Regex TypeName = new(@"(?<![.\w])(?:new (?<name>[A-Z]\w*)|(?<name>[A-Z]\w*)\b(?!\())", RegexOptions.CultureInvariant);

    /// <summary>The types that C# 7.3 can express, those that they need included; a test compiles them.</summary>
    public static ImmutableHashSet<string> Types { get; } = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "Aliasing", "AttentionMask", "BilinearSample", "Col2ImShape", "Compressing", "ConvShape", "DequantizedBytes", "DequantizedSum", "Determinant",
        "DynamicQuantization", "DynamicTensor", "ElementConvert", "ElementPlaces", "FirstCalls", "FixedPoolSizes", "FixedSizes", "Gathering", "GemmShape", "GridPadding", "GridTaps",
        "IFixedConvolution", "IFixedPool", "IntegerPairs", "IntegerResult", "IntegerRow", "LayerShare", "Marking", "MelBands", "MicroMath", "Moving",
        "NGrams", "NarrowFloat", "PackedIntegers", "PackedWeights", "PadPositions", "PaddedSample", "ParallelBatch", "PixelGrid", "PoolAxis", "PoolRun", "PoolRuns", "PoolShape",
        "QuantizedFilters", "RandomSequence", "RangeLength", "ReducedAxes", "ReducedShape", "Reshaping", "ResizeCoordinates", "ResizeGeometry", "ResizeMode",
        "ResizeOptions", "ResizeRounding", "ResizeTable", "Saturate", "ScalarMath", "ShapeCheck", "SliceRead", "Slices", "StridedMove",
        "TensorLines", "TensorView", "Tensors", "TransposedConvAxis", "TransposedConvShape", "TransposedPhase", "TuplePlaces", "WinogradPoints", "WorkspaceTables");

    /// <summary>Whether a type is known to the library and not in the list.</summary>
    public static bool IsRefused(string type) => RuntimeSources.HasType(type) && !Types.Contains(type);

    /// <summary>The types that code names, in the order in which it does.</summary>
    public static IEnumerable<string> TypesOf(string code)
        => code.Split('\n').Where(static l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(static l => TypeName.Matches(l).Cast<Match>()).Select(static m => m.Groups["name"].Value).Distinct();

    /// <summary>The files that emitted code needs, with what those need, in the order of their names.</summary>
    public static ImmutableArray<GeneratedSource> For(string code)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var open = new Stack<string>(TypesOf(code).Where(Types.Contains));
        while (open.Count > 0)
        {
            GeneratedSource file = RuntimeSources.Only(open.Pop());
            if (files.ContainsKey(file.HintName)) continue;
            string text = Downlevel(file.Text);
            files.Add(file.HintName, text);
            foreach (string needed in TypesOf(text).Where(Types.Contains)) open.Push(needed);
        }

        return [.. files.Select(static f => new GeneratedSource(f.Key, f.Value))];
    }

    /// <summary>A file of RedGen.Runtime without what is for newer .NET, and without the two forms of newer C# that every file has: annotations for null, a namespace for the file.</summary>
    public static string Downlevel(string text)
    {
        var kept = new StringBuilder(text.Length);
        var conditions = new Stack<bool>();
        foreach (string line in text.Replace("#nullable enable\n", "").TrimEnd('\n').Split('\n'))
        {
            string word = line.TrimStart();
            if (word.StartsWith("#if ", StringComparison.Ordinal)) conditions.Push(!word.StartsWith("#if NET", StringComparison.Ordinal));
            else if (word == "#else") conditions.Push(!conditions.Pop());
            else if (word == "#endif") conditions.Pop();
            else if (!conditions.Contains(false)) kept.Append(line).Append('\n');
        }

        return Space.Replace(kept.ToString(), static m => "namespace " + m.Groups[1].Value + "\n{\n" + m.Groups[2].Value.Trim('\n') + "\n}\n", 1);
    }
}
