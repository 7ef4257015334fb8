using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace RedGen.Compiler.Options;

/// <summary>Makes C# names of file and project names.</summary>
public static class ClassNames
{
    private static readonly HashSet<string> Keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event "
        + "explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null "
        + "object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
        + "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while").Split(' '),
        StringComparer.Ordinal);

    private static readonly HashSet<string> Members = new(
        ("Predict Run Stepper Weights Expanded ScratchBytes WeightBytes Macs Multiplications MultiplicationsRemoved ReductionMeasuredError ReductionMaxError Math MathF Span ReadOnlySpan Vector Half BitConverter MemoryMarshal "
        + "Unsafe ArgumentException ThreadStatic GeneratedCode Int32 Single").Split(' '),
        StringComparer.Ordinal);

    /// <summary>
    /// The class of a model: words start with a capital and what separates them goes away, except between two digits, where an
    /// underscore stays: <c>mobilenet-v2_1.0.onnx</c> gives <c>MobilenetV2_1_0</c>.
    /// </summary>
    public static string FromFileName(string fileName)
    {
        string stem = fileName.Substring(fileName.LastIndexOfAny(['/', '\\']) + 1);
        if (stem.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) stem = stem.Substring(0, stem.Length - ".onnx".Length);
        var name = new StringBuilder();
        bool atWord = true;
        foreach (char c in stem)
        {
            if (c == '_' || !IsPart(c))
            {
                atWord = true;
                continue;
            }

            if (name.Length == 0 && !IsStart(c)) name.Append('_');
            else if (atWord && name.Length > 0 && char.IsDigit(c) && char.IsDigit(name[name.Length - 1])) name.Append('_');
            name.Append(atWord ? char.ToUpperInvariant(c) : c);
            atWord = false;
        }

        string result = name.Length == 0 ? "Model" : name.ToString();
        return IsReserved(result) ? result + "Model" : result;
    }

    /// <summary>
    /// Whether generated code would take the class for something else: the members of the class itself, and the types that it
    /// uses by their simple names.
    /// </summary>
    public static bool IsReserved(string className) => Members.Contains(className) || Emit.RuntimeSources.HasType(className);

    /// <summary>The namespace of a project whose root namespace may be no C# name (<c>my-app</c> gives <c>my_app</c>).</summary>
    public static string NamespaceFrom(string rootNamespace)
        => string.Join(".", rootNamespace.Split('.').Where(static p => p.Trim().Length > 0).Select(Segment));

    /// <summary>Whether a text can stand as a C# identifier.</summary>
    public static bool IsIdentifier(string text)
        => text.Length > 0 && (text[0] == '_' || IsStart(text[0])) && text.All(IsPart) && !Keywords.Contains(text);

    private static string Segment(string text)
    {
        var name = new StringBuilder();
        foreach (char c in text.Trim()) name.Append(IsPart(c) ? c : '_');
        if (name[0] != '_' && !IsStart(name[0])) name.Insert(0, '_');
        string segment = name.ToString();
        return Keywords.Contains(segment) ? "_" + segment : segment;
    }

    private static bool IsStart(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;

    private static bool IsPart(char c) => c == '_' || IsStart(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
