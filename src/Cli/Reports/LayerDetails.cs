using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Report;
using static RedGen.Cli.Reports.ReportText;

namespace RedGen.Cli.Reports;

/// <summary>The part of the HTML report that tells each layer with weights on its own.</summary>
internal static class LayerDetails
{
    /// <summary>Layers that are told; of a model with more, those with the most weights.</summary>
    private const int Limit = 150;

    /// <summary>The names of the steps that are told.</summary>
    public static ImmutableHashSet<string> Choose(ModelReport report)
        => [.. report.Layers.Where(static l => l.Weights is not null).OrderByDescending(static l => l.Weights!.Count).Take(Limit).Select(static l => l.Name)];

    /// <summary>Writes them, closed but for the first.</summary>
    public static void Write(HtmlWriter html, ModelReport report, ImmutableHashSet<string> chosen)
    {
        html.Element("h2", "Layers");
        int all = report.Layers.Count(static l => l.Weights is not null);
        if (all == 0) html.Element("p", "The model has no layer with constant weights.", ("class", "soft"));
        if (all > chosen.Count) html.Element("p", "The " + Number(chosen.Count) + " layers with the most weights, of " + Number(all) + ".", ("class", "soft"));
        bool isFirst = true;
        foreach (LayerReport layer in report.Layers.Where(l => chosen.Contains(l.Name)))
        {
            using HtmlWriter.Scope details = isFirst ? html.Open("details", ("open", "open")) : html.Open("details");
            WriteOne(html, layer, layer.Weights!);
            isFirst = false;
        }
    }

    /// <summary>A term with its value, inside a list of them; a sentence takes the whole width.</summary>
    public static void Fact(HtmlWriter html, string term, string value, bool isWide = false)
    {
        using HtmlWriter.Scope pair = isWide ? html.Open("div", ("class", "full")) : html.Open("div");
        html.Element("dt", term);
        html.Element("dd", value);
    }

    private static void WriteOne(HtmlWriter html, LayerReport layer, WeightsReport weights)
    {
        using (html.Open("summary"))
        {
            html.Element("strong", layer.Name);
            html.Text(" " + Name(layer.Summary));
            string values = weights.IsHashed ? Number(weights.DistinctBefore) + " → " + Number(weights.DistinctAfter) + " values" : "not hashed";
            html.Element("span", " · " + Number(weights.Count) + " weights, " + values, ("class", "soft"));
        }

        using HtmlWriter.Scope body = html.Open("div", ("class", "layer"), ("id", layer.Name));
        using (html.Open("p", ("class", "soft")))
        {
            html.Text(layer.Operator + " node ");
            html.Element("code", Name(layer.Node));
            html.Text(", weights ");
            html.Element("code", Name(weights.Name));
            html.Text("; " + string.Join(", ", layer.InputShapes) + " to " + string.Join(", ", layer.OutputShapes) + ".");
        }

        using (html.Open("dl", ("class", "facts"))) WriteFacts(html, layer, weights);
        HistogramChart.Write(html, weights, layer.Name);
    }

    private static void WriteFacts(HtmlWriter html, LayerReport layer, WeightsReport weights)
    {
        Fact(html, "multiplications", Change(layer.Before.Multiplications, layer.After.Multiplications));
        Fact(html, "additions", Change(layer.Before.Additions, layer.After.Additions));
        Fact(html, "bytes of weights", Change(layer.Before.WeightBytes, layer.After.WeightBytes));
        Fact(html, "bytes emitted, biases and packing included", Number(layer.EmittedBytes));
        Fact(html, "distinct values", Change(weights.DistinctBefore, weights.DistinctAfter));
        Fact(html, "scales", Number(weights.ScaleCount));
        Fact(html, "signal to noise of the weights", Decibels(weights.SqnrDecibels));
        Fact(html, "share of the output error", Percent(weights.ErrorShare));
        Fact(html, "outputs merged", Number(weights.OutputsMerged));
        Fact(html, "distinct values a column ÷ weights", weights.ValuesPerColumn is { } values ? Percent((double)values / weights.Count) : None);
        Fact(html, "kernel", layer.Kernel);
        Fact(html, "choice", layer.Reason, isWide: true);
    }

    private static string Change(long before, long after) => before == after ? Number(before) : Number(before) + " → " + Number(after);
}
