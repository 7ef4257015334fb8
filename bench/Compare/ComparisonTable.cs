using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace RedGen.Bench.Compare;

/// <summary>The results as text.</summary>
internal static class ComparisonTable
{
    private static readonly JsonSerializerOptions JsonForm = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>One result in one line.</summary>
    public static string Line(ModelTimes t) => t.Problem is { } problem ? $"{Title(t)}: {problem}"
        : string.Create(CultureInfo.InvariantCulture, $"{Title(t)}: {Number(t.RedGenMin)} µs, ONNX Runtime {Number(t.OrtMin)} µs, ratio {t.Ratio:F2} (median {t.RatioMedian:F2}){(t.Agrees ? "" : ", OUTPUTS DIFFER by " + t.MaxDifference.ToString("G3", CultureInfo.InvariantCulture))}{(t.RedGenPeakBytes == 0 ? "" : $"; peak memory {t.RedGenPeakBytes >> 20} against {t.OrtPeakBytes >> 20} MB")}");

    /// <summary>The model, and what is not the ordinary about the run.</summary>
    public static string Title(ModelTimes t) => t.Model + (t.Form == CodeForm.Aot ? ", AOT" : "") + (t.Threads > 1 ? ", " + t.Threads.ToString(CultureInfo.InvariantCulture) + " threads" : "");

    /// <summary>A table for docs.</summary>
    public static string Markdown(IReadOnlyList<ModelTimes> all)
    {
        var text = new StringBuilder("| model | RedGen min µs | ONNX Runtime min µs | ratio | ratio of medians | first call ms | largest difference |\n|---|--:|--:|--:|--:|--:|--:|\n");
        foreach (ModelTimes t in all)
        {
            text.Append("| ").Append(Title(t)).Append(" | ");
            text.Append(t.Problem is { } problem ? problem.Replace('|', '/').Replace('\n', ' ') + " | | | | | |\n"
                : string.Create(CultureInfo.InvariantCulture, $"{Number(t.RedGenMin)} | {Number(t.OrtMin)} | {t.Ratio:F2} | {t.RatioMedian:F2} | {t.FirstCall / 1000:F1} | {(t.Agrees ? "" : "**")}{t.MaxDifference:G2}{(t.Agrees ? "" : "**")} |\n"));
        }

        return text.ToString();
    }

    /// <summary>All figures.</summary>
    public static string Json(IReadOnlyList<ModelTimes> all) => JsonSerializer.Serialize(all.Select(static t => new
    {
        t.Model,
        Form = t.Form.ToString().ToLowerInvariant(),
        t.Threads,
        t.Problem,
        RedGenMinMicroseconds = t.RedGenMin,
        RedGenMedianMicroseconds = t.RedGenMedian,
        OrtMinMicroseconds = t.OrtMin,
        OrtMedianMicroseconds = t.OrtMedian,
        FirstCallMicroseconds = t.FirstCall,
        t.ProgramBytes,
        t.RedGenPeakBytes,
        t.OrtPeakBytes,
        t.Ratio,
        t.RatioMedian,
        t.MaxDifference,
        t.Agrees,
    }), JsonForm) + "\n";

    /// <summary>A time with three digits.</summary>
    public static string Number(double value) => value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
