using System;
using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Options;

/// <summary>The values that the inputs of a model take: an interval an input.</summary>
public sealed class InputBox
{
    /// <summary>Where nothing is declared: three standard deviations of a standard normal input.</summary>
    private static readonly (double Low, double High) Default = (-3, 3);

    private readonly string _text;

    /// <summary>Reads <see cref="CompilerOptions.InputRange"/>, which OptionTable has checked.</summary>
    public InputBox(string text) => _text = text;

    /// <summary>Whether the user declared a range.</summary>
    public bool IsDeclared => _text.Length > 0;

    /// <summary>The range of an input.</summary>
    public (double Low, double High) RangeOf(string input)
    {
        string[] parts = _text.Split([','], StringSplitOptions.RemoveEmptyEntries);
        string? own = parts.FirstOrDefault(p => p.LastIndexOf('=') is > 0 and var at && p.Substring(0, at).Trim() == input);
        string? all = parts.FirstOrDefault(p => p.IndexOf('=') < 0);
        string? range = own is null ? all : own.Substring(own.LastIndexOf('=') + 1);
        return range is null ? Default : ParseRange(range) ?? Default;
    }

    /// <summary>The box in words.</summary>
    public override string ToString() => IsDeclared ? _text : "inputs in [-3, 3] (RedGenInputRange declares another box)";

    /// <summary>Reads <c>low..high</c>; null where the text is none.</summary>
    internal static (double Low, double High)? ParseRange(string text)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) return null;
        bool isLow = double.TryParse(text.Substring(0, dots).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double low);
        bool isHigh = double.TryParse(text.Substring(dots + 2).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double high);
        return isLow && isHigh && low <= high && !double.IsInfinity(low) && !double.IsInfinity(high) ? (low, high) : null;
    }
}
