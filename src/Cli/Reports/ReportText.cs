using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Options;
using RedGen.Compiler.Report;

namespace RedGen.Cli.Reports;

/// <summary>Figures and words that the readable forms of a report share.</summary>
internal static class ReportText
{
    /// <summary>What stands where nothing is known or nothing applies.</summary>
    public const string None = "–";

    /// <summary>Names from a model are cut to so many characters.</summary>
    private const int NameLimit = 160;

    /// <summary>A number with thousands separated.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? share.ToString("0.0 %", CultureInfo.InvariantCulture).Replace("-", "−") : None;

    /// <summary>The share that went away; nothing where there was nothing.</summary>
    public static string Removed(long before, long after) => before == 0 ? None : Percent(ReportCost.Removed(before, after));

    /// <summary>A quantity to three digits.</summary>
    public static string Quantity(double value) => double.IsFinite(value) ? value.ToString("G3", CultureInfo.InvariantCulture).Replace("E-0", "E-").Replace("-", "−") : None;

    /// <summary>About how long a step takes, in microseconds.</summary>
    public static string Estimate(LayerReport layer) => layer.EstimatedMicroseconds is { } time ? time.ToString(time < 10 ? "F2" : "F0", CultureInfo.InvariantCulture) : None;

    /// <summary>A ratio of signal to noise.</summary>
    public static string Decibels(double value) => double.IsFinite(value) ? value.ToString("F1", CultureInfo.InvariantCulture) + " dB" : "exact";

    /// <summary>A name from the model on one line, of bounded length, without characters that XML or a terminal cannot hold.</summary>
    public static string Name(string text)
    {
        var name = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes().Take(NameLimit + 1))
        {
            bool isPrintable = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
            name.Append(isPrintable ? rune.ToString() : "\uFFFD");
        }

        return text.EnumerateRunes().Count() > NameLimit ? name.Remove(name.Length - 1, 1) + "…" : name.ToString();
    }

    /// <summary>How the weights were reduced, in words.</summary>
    public static string Method(ModelReport report) => report.Method == Hashing.None
        ? "not reduced (hashing None)"
        : "hashing " + report.Method + ", budget " + (report.IsTuned ? "by search" : "in closed form");

    /// <summary>The measured error and what it was measured on.</summary>
    public static string MeasuredError(ModelReport report) => report.Method == Hashing.None || double.IsNaN(report.MeasuredError)
        ? "not measured"
        : Quantity(report.MeasuredError) + (report.MeasuredOn.Length == 0 ? "" : " on " + Name(report.MeasuredOn));

    /// <summary>What certified radii are, and their means.</summary>
    public static string Radii(ModelReport report)
        => "Every input element may move by so much, and the class is proven to stay; 0: the class is another one, or nothing is proven. Mean before: "
            + Quantity(report.Radii.Average(static r => r.Before)) + ", after: " + Quantity(report.Radii.Average(static r => r.After)) + ".";

    /// <summary>What the reduction changes at most, and what it changed in a run of both codes.</summary>
    public static string ReductionError(ReductionWitness reduction) => reduction.Input.IsEmpty
        ? "The reduction changes no output by more than " + Quantity(reduction.Bound) + "; no input was found where it changes any."
        : "The reduction changes no output by more than " + Quantity(reduction.Bound) + ". The code of both networks was run on the input below, where they differ by " + Quantity(reduction.Found) + ".";

    /// <summary>The rows of a table of that run.</summary>
    public static (string Name, string Values)[] RowsOf(ReductionWitness reduction) => reduction.Input.IsEmpty ? [] : [("input", Elements(reduction.Input)), ("output, original", Elements(reduction.Original)), ("output, reduced", Elements(reduction.Reduced))];

    /// <summary>The first elements of a value.</summary>
    private static string Elements(ImmutableArray<float> values)
    {
        const int Most = 16;
        return string.Join(" ", values.Take(Most).Select(static v => v.ToString("G6", CultureInfo.InvariantCulture))) + (values.Length > Most ? " …" : "");
    }

    /// <summary>The certified bound and its box.</summary>
    public static string CertifiedError(ModelReport report) => report.Certificate switch
    {
        null => "not certified",
        { Problem.Length: > 0 } c => "not certified: " + Name(c.Problem),
        { } c when !double.IsFinite(c.MaxError) => "no bound found over " + Name(c.Box),
        { } c => "≤ " + Quantity(c.MaxError) + " over " + Name(c.Box),
    };
}
