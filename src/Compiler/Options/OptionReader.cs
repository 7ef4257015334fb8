using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.State;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Compiler.Options;

/// <summary>Reads the texts of options. A <see cref="FormatException"/> says what is accepted.</summary>
internal static class OptionReader
{
    /// <summary>A comma separates a list; a semicolon and a line end are what MSBuild and editors make of one.</summary>
    private static readonly char[] Separators = [',', ';', '\n', '\r'];

    internal static bool Flag(string text) => text.ToLowerInvariant() switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException("accepted: true, false"),
    };

    internal static T Choice<T>(string text, ImmutableArray<T> accepted)
        where T : struct, Enum
    {
        foreach (T value in accepted)
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        throw new FormatException("accepted: " + string.Join(", ", accepted));
    }

    internal static string Identifier(string text) => ClassNames.IsIdentifier(text)
        ? text
        : throw new FormatException("accepted: a C# identifier that is no keyword");

    internal static string Namespace(string text) => text.Split('.').All(ClassNames.IsIdentifier)
        ? text
        : throw new FormatException("accepted: C# identifiers separated by dots");

    internal static double Number(string text, double least, double most)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new FormatException("accepted: a number such as 0.05" + (most < double.MaxValue ? string.Format(CultureInfo.InvariantCulture, ", from {0} to {1}", least, most) : ""));

    /// <summary>Checks ranges and gives the text in its plain form: parts separated by commas, no blanks.</summary>
    internal static string Ranges(string text)
    {
        string[] parts = [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Trim()).Where(static p => p.Length > 0)];
        foreach (string part in parts)
        {
            if (InputBox.ParseRange(part.Substring(part.LastIndexOf('=') + 1)) is null)
                throw new FormatException("accepted: low..high, or name=low..high by input, separated by commas, such as image=0..255; '" + part + "' is none");
        }

        return string.Join(",", parts);
    }

    /// <summary>Checks pairs of names and gives the text in its plain form: parts separated by commas, no blanks around them.</summary>
    /// <summary>Checks statements of properties and gives each in its plain form.</summary>
    internal static string Statements(string text) => string.Join("; ", StatementReader.ReadAll(text).Select(static s => s.Text));

    /// <summary>Whether to optimise, or what for.</summary>
    internal static CompilerOptions Optimise(CompilerOptions options, string text)
    {
        if (Enum.TryParse(text, ignoreCase: true, out OptimiseGoal goal) && Enum.IsDefined(typeof(OptimiseGoal), goal) && !char.IsDigit(text[0]))
            return options with { Optimise = true, Goal = goal };
        return text.ToLowerInvariant() switch
        {
            "true" => options with { Optimise = true },
            "false" => options with { Optimise = false },
            _ => throw new FormatException("accepted: true, false, " + string.Join(", ", Enum.GetNames(typeof(OptimiseGoal)))),
        };
    }

    internal static long Bytes(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : throw new FormatException("accepted: a number of bytes, such as 65536");

    internal static string State(string text)
    {
        string[] parts = [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Trim()).Where(static p => p.Length > 0)];
        if (parts.Length == 1 && string.Equals(parts[0], StatePairs.None, StringComparison.OrdinalIgnoreCase)) return StatePairs.None;
        foreach (string part in parts)
        {
            int equals = part.IndexOf('=');
            if (equals < 1 || equals == part.Length - 1)
                throw new FormatException("accepted: none, or input=output pairs separated by commas, such as h=hn,c=cn; '" + part + "' is none");
        }

        return string.Join(",", parts);
    }

    internal static ImmutableSortedDictionary<string, int> Dims(string text)
    {
        ImmutableSortedDictionary<string, int>.Builder dims = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (string part in text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Trim().Length == 0) continue;

            // Names of dimensions are free text in ONNX and may hold '=' (expressions do); the value is what follows the last one.
            int equals = part.LastIndexOf('=');
            string name = equals < 0 ? "" : part.Substring(0, equals).Trim();
            bool isNumber = int.TryParse(part.Substring(equals + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value);
            if (name.Length == 0 || !isNumber || value < 1)
                throw new FormatException("accepted: name=number pairs separated by commas, such as batch=1,input:1=512, numbers from 1; '" + part.Trim() + "' is none");
            if (dims.TryGetValue(name, out int other) && other != value)
                throw new FormatException("'" + name + "' has two values");
            dims[name] = value;
        }

        return dims.ToImmutable();
    }
}
