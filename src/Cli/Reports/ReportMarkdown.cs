using System.Collections.Generic;
using System.Linq;
using System.Text;
using RedGen.Compiler.Report;
using static RedGen.Cli.Reports.ReportText;

namespace RedGen.Cli.Reports;

/// <summary>A report as Markdown: tables of the totals, the layers and the certificate.</summary>
internal static class ReportMarkdown
{
    /// <summary>Characters that begin markup inside a line; without brackets a parenthesis or an exclamation mark begins none.</summary>
    private const string Special = "\\`*_{}[]<>|~&$";

    /// <summary>The document, lines ended by a line feed.</summary>
    public static string Of(ModelReport report)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Escape(report.Info.FileName)).Append("\n\n");
        text.Append("Class ").Append(Escape(report.ClassName)).Append("; ").Append(Method(report)).Append("; SHA-256 ").Append(report.Info.Sha256).Append(".\n\n");
        WriteTotals(text, report);
        WriteLayers(text, report);
        WriteWeights(text, report);
        WriteCertificate(text, report);
        WriteReductionError(text, report);
        WriteRadii(text, report);
        return text.ToString();
    }

    private static void WriteTotals(StringBuilder text, ModelReport report)
    {
        Row(text, ["total", "before", "after", "removed"]);
        text.Append("|---|--:|--:|--:|\n");
        Row(text, Compared("multiplications", report.Before.Multiplications, report.After.Multiplications));
        Row(text, Compared("additions", report.Before.Additions, report.After.Additions));
        Row(text, Compared("bytes of weights", report.Before.WeightBytes, report.After.WeightBytes));
        Row(text, Compared("bytes of scratch memory", report.ArenaBytesBefore, report.ArenaBytesAfter));
        text.Append('\n');
        text.Append("- Weights of layers: ").Append(Number(report.Weights)).Append(" of ").Append(Number(report.Info.Parameters)).Append(" parameters; outputs merged: ").Append(Number(report.OutputsMerged)).Append('\n');
        text.Append("- Distinct values a column ÷ weights (the papers' count): ").Append(Percent(report.ValuesPerColumnRatio)).Append('\n');
        text.Append("- Scratch memory ÷ the most that is alive at one step: ").Append(Quantity(report.ArenaRatio)).Append('\n');
        text.Append("- Relative error at the outputs: allowed ").Append(Quantity(report.Tolerance)).Append(", estimated ").Append(Quantity(report.EstimatedError))
            .Append(", measured: ").Append(Escape(MeasuredError(report))).Append('\n');
        text.Append("- Largest error of an output element: ").Append(Escape(CertifiedError(report))).Append("\n\n");
    }

    private static void WriteLayers(StringBuilder text, ModelReport report)
    {
        text.Append("## Steps\n\nTimes are estimates for ").Append(Escape(report.CostsOf)).Append("; `redgen bench --layers` measures them.\n\n");
        Row(text, ["step", "node", "computes", "output", "kernel", "about µs", "fewest multiplications by", "multiplications", "after", "additions", "after"]);
        text.Append("|---|---|---|---|---|--:|---|--:|--:|--:|--:|\n");
        foreach (LayerReport layer in report.Layers)
        {
            Row(text, [layer.Name, Name(layer.Node), layer.Summary, string.Join(", ", layer.OutputShapes), layer.Kernel, Estimate(layer), layer.Lowering.Length == 0 ? None : layer.Lowering,
                Number(layer.Before.Multiplications), Number(layer.After.Multiplications), Number(layer.Before.Additions), Number(layer.After.Additions)]);
        }

        text.Append('\n');
    }

    private static void WriteWeights(StringBuilder text, ModelReport report)
    {
        text.Append("## Weights\n\n");
        Row(text, ["step", "weights", "distinct before", "after", "scales", "SQNR", "share of the error", "outputs merged", "values a column ÷ weights", "bytes", "after"]);
        text.Append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach ((LayerReport layer, WeightsReport weights) in report.Layers.Where(static l => l.Weights is not null).Select(static l => (l, l.Weights!)))
        {
            Row(text, [layer.Name, Number(weights.Count), Number(weights.DistinctBefore), Number(weights.DistinctAfter), Number(weights.ScaleCount), Decibels(weights.SqnrDecibels),
                Percent(weights.ErrorShare), Number(weights.OutputsMerged), weights.ValuesPerColumn is { } values ? Percent((double)values / weights.Count) : None,
                Number(layer.Before.WeightBytes), Number(layer.After.WeightBytes)]);
        }

        text.Append('\n');
    }

    private static void WriteCertificate(StringBuilder text, ModelReport report)
    {
        if (report.Certificate is not { Layers.IsEmpty: false } certificate) return;
        text.Append("## Certificate\n\nBox of inputs: ").Append(Escape(Name(certificate.Box))).Append("\n\n");
        Row(text, ["node", "error of its own weights", "error at its output"]);
        text.Append("|---|--:|--:|\n");
        foreach (Compiler.Red.LayerError layer in certificate.Layers) Row(text, [Name(layer.Node), Quantity(layer.Added), Quantity(layer.Reached)]);
        text.Append('\n');
    }

    private static void WriteReductionError(StringBuilder text, ModelReport report)
    {
        if (report.Reduction is not { } reduction) return;
        text.Append("## Error of the reduction\n\n").Append(Escape(ReductionError(reduction))).Append("\n\n");
        (string Name, string Values)[] rows = RowsOf(reduction);
        if (rows.Length == 0) return;
        Row(text, ["", "elements"]);
        text.Append("|---|---|\n");
        foreach ((string name, string values) in rows) Row(text, [name, values]);
        text.Append('\n');
    }

    private static void WriteRadii(StringBuilder text, ModelReport report)
    {
        if (report.Radii.IsEmpty) return;
        text.Append("## Certified radius\n\n").Append(Escape(Radii(report))).Append("\n\n");
        Row(text, ["sample", "class", "before", "after"]);
        text.Append("|--:|--:|--:|--:|\n");
        foreach (SampleRadius radius in report.Radii) Row(text, [Number(radius.Sample), Number(radius.Label), Quantity(radius.Before), Quantity(radius.After)]);
        text.Append('\n');
    }

    private static string[] Compared(string name, long before, long after) => [name, Number(before), Number(after), Removed(before, after)];

    private static void Row(StringBuilder text, IEnumerable<string> cells)
    {
        foreach (string cell in cells) text.Append("| ").Append(Escape(cell)).Append(' ');
        text.Append("|\n");
    }

    /// <summary>A text that shows as it is: one line, every character escaped that could begin markup.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (Special.Contains(c)) escaped.Append('\\');
            escaped.Append(char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }
}
