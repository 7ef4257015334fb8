using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;

namespace RedGen.Compiler.Emit.Micro;

/// <summary>
/// The C# of RedGenProfile=Micro: plain loops as any profile has them, with the functions of Math and MathF replaced by RedGen's own, and with nothing in
/// it that the minimal System library of a microcontroller lacks.
/// </summary>
internal static class MicroText
{
    /// <summary>RedGen's own functions of one float, which stand for those of Math and MathF.</summary>
    public const string Mathematics = "MicroMath";

    /// <summary>The types of RedGen.Runtime that a microcontroller has, each with those that it needs in turn.</summary>
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> Runtime = new Dictionary<string, ImmutableArray<string>>
    {
        [Mathematics] = [],
        ["DynamicQuantization"] = ["Saturate"],
        ["IntegerPairs"] = [],
        ["IntegerResult"] = ["DequantizedBytes", "DequantizedSum", "IntegerPairs", "IntegerRow", Mathematics, "Saturate"],
        ["PackedIntegers"] = [],
        ["Saturate"] = [],
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The types that code may name. RedGen's own System library for microcontrollers has these and hardly more.</summary>
    private static readonly ImmutableHashSet<string> Types = ImmutableHashSet.Create(StringComparer.Ordinal, "Span", "ReadOnlySpan", "MemoryMarshal", "Weights").Union(Runtime.Keys);

    /// <summary>The members that code may name: of spans, of MemoryMarshal, of numbers, of IntegerResult.</summary>
    private static readonly ImmutableHashSet<string> Members = ImmutableHashSet.Create(
        StringComparer.Ordinal, "Length", "Slice", "Clear", "CopyTo", "Cast", "MaxValue", "MinValue", "NegativeInfinity", "PositiveInfinity", "NaN", "Epsilon",
        "WritePlaces", "WriteFewPlaces", "WriteSums", "WriteWindow", "WriteWindows", "WriteRow");

    /// <summary>The functions of MicroMath.</summary>
    private static readonly ImmutableHashSet<string> Functions = ImmutableHashSet.Create(
        StringComparer.Ordinal, "IsNaN", "IsPositiveInfinity", "IsNegativeInfinity", "IsInfinity", "Max", "Min", "Abs", "Sign", "Sqrt", "Nearest", "Round", "Floor", "Ceiling", "Truncate",
        "Exp", "ExpMinusOne", "Log", "LogOnePlus", "Sigmoid", "Tanh", "Erf", "Softplus", "Sin", "Cos", "Pow",
        "Divide", "Remainder", "FloorModulo", "SingleToInt64", "ToSingle", "Silu", "LeakyRelu", "HardSigmoid", "HardSwish", "Elu");

    /// <summary>The words that code may not have: no double, since small FPUs have none, no memory but the caller's, nothing that throws.</summary>
    private static readonly ImmutableHashSet<string> Refused = ImmutableHashSet.Create(
        StringComparer.Ordinal, "double", "decimal", "string", "object", "throw", "try", "stackalloc", "delegate", "checked", "ulong", "dynamic", "is", "as");

    private static readonly Regex Word = new(@"(?<![\w.])(?<number>\d[\w.]*)|(?<dot>\.)?\b(?<word>[A-Za-z_]\w*)", RegexOptions.CultureInvariant);
    private static readonly Regex Functional = new(@"\b(?:MathF?|ScalarMath|float|double|ElementConvert(?=\.(?:SingleTo|ToSingle)))\.(?<name>[A-Z]\w*)(?=\()", RegexOptions.CultureInvariant);
    private static readonly Regex Filling = new(@"(?<=^\s*)(?<span>\w+)\.Fill\((?<value>.+)\);$", RegexOptions.CultureInvariant);
    private static readonly Regex Wide = new(@"\(double\)|\bdouble (?=\w+ =)|(?<=\b[\d.]+(?:[eE][+-]?\d+)?)d\b", RegexOptions.CultureInvariant);

    /// <summary>Whether MicroMath has a function of one float.</summary>
    public static bool IsFunction(string name) => Functions.Contains(name);

    /// <summary>A line of code in the profile's own words.</summary>
    public static string Translate(string line)
        => IsComment(line) ? line : Filling.Replace(Wide.Replace(Functional.Replace(line, Mathematics + ".${name}"), m => m.Value == "d" ? "f" : m.Value == "double " ? "float " : ""), "for (int fill = 0; fill < ${span}.Length; fill++) ${span}[fill] = ${value};");

    /// <summary>The types of RedGen.Runtime that code calls, in the order of their names, with what they need.</summary>
    public static ImmutableArray<string> RuntimeTypes(string code)
        => [.. Runtime.Where(t => code.Contains(t.Key + ".")).SelectMany(t => t.Value.Add(t.Key)).Distinct().OrderBy(t => t, StringComparer.Ordinal)];

    /// <summary>The first word of a method that the profile has no place for; null where all is well.</summary>
    /// <param name="lines">The method, translated.</param>
    /// <param name="own">The names of the class's own methods.</param>
    public static string? Refuse(IEnumerable<string> lines, ICollection<string> own)
    {
        foreach (string line in lines.Where(l => !IsComment(l)))
        {
            string previous = "";
            foreach (Match match in Word.Matches(line.Split(["//"], StringSplitOptions.None)[0]))
            {
                string word = match.Groups["word"].Value;
                bool isMember = match.Groups["dot"].Success;
                if (word.Length > 0 && !IsKnown(previous, word, isMember, own)) return isMember ? previous + "." + word : word;
                previous = word;
            }
        }

        return null;
    }

    private static bool IsKnown(string previous, string word, bool isMember, ICollection<string> own)
    {
        if (isMember && previous == Mathematics) return Functions.Contains(word);
        if (isMember && (previous == "Weights" || Runtime.ContainsKey(previous))) return true;
        if (isMember) return Members.Contains(word);
        if (word == "new") return false;
        return char.IsUpper(word[0]) ? Types.Contains(word) || own.Contains(word) : !Refused.Contains(word);
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);
}
