using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Report;
using static RedGen.Cli.Reports.ReportText;

namespace RedGen.Cli.Reports;

/// <summary>A report as one HTML file that needs nothing else: no script, no font, no image. The same report gives the same bytes.</summary>
internal sealed class ReportHtml
{
    private readonly ModelReport _report;
    private readonly HtmlWriter _html;
    private readonly ImmutableHashSet<string> _detailed;

    private ReportHtml(ModelReport report, HtmlWriter html)
    {
        _report = report;
        _html = html;
        _detailed = LayerDetails.Choose(report);
    }

    /// <summary>The file's text.</summary>
    public static string Of(ModelReport report)
    {
        using var html = new HtmlWriter();
        new ReportHtml(report, html).Write();
        return html.ToString();
    }

    private void Write()
    {
        using (_html.Open("html", ("lang", "en")))
        {
            using (_html.Open("head"))
            {
                _html.Void("meta", ("charset", "utf-8"));
                _html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                _html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
                _html.Element("title", Name(_report.Info.FileName) + " – RedGen report");
                _html.Element("style", ReportStyle.Css);
            }

            using (_html.Open("body")) WriteBody();
        }
    }

    private void WriteBody()
    {
        using (_html.Open("header"))
        {
            _html.Element("h1", Name(_report.Info.FileName));
            using (_html.Open("p", ("class", "soft")))
            {
                _html.Text("Class ");
                _html.Element("code", _report.ClassName);
                _html.Text("; " + Method(_report) + "; ONNX opset " + Number(_report.Info.Opset) + "; SHA-256 ");
                _html.Element("code", _report.Info.Sha256);
            }
        }

        using HtmlWriter.Scope main = _html.Open("main");
        WriteCards();
        WriteTotals();
        WriteBars();
        WriteBudget();
        LayerDetails.Write(_html, _report, _detailed);
        ReportTables.WriteSteps(_html, _report);
        ReportTables.WriteCertificate(_html, _report);
        ReportTables.WriteReductionError(_html, _report);
        ReportTables.WriteRadii(_html, _report);
    }

    private void WriteCards()
    {
        using HtmlWriter.Scope list = _html.Open("ul", ("class", "cards"));
        Card(Percent(_report.MultiplicationsRemoved), "of the multiplications removed");
        Card(Percent(_report.WeightBytesRatio), "of the bytes of weights remain");
        Card(_report.Method == Hashing.None || double.IsNaN(_report.MeasuredError) ? None : Quantity(_report.MeasuredError), "relative error at the outputs, measured");
        Card(_report.Certificate is { MaxError: var bound } ? Quantity(bound) : None, "largest error of an output, certified");
    }

    private void Card(string figure, string text)
    {
        using HtmlWriter.Scope item = _html.Open("li");
        _html.Element("strong", figure);
        _html.Element("span", text);
    }

    private void WriteTotals()
    {
        _html.Element("h2", "Totals");
        using (_html.Open("div", ("class", "wide")))
        using (_html.Open("table", ("class", "totals")))
        {
            ReportTables.Head(_html, ["one inference", "before", "after", "removed"], textColumns: 1);
            using HtmlWriter.Scope body = _html.Open("tbody");
            Compared("multiplications", _report.Before.Multiplications, _report.After.Multiplications);
            Compared("additions", _report.Before.Additions, _report.After.Additions);
            Compared("bytes of weights", _report.Before.WeightBytes, _report.After.WeightBytes);
            Compared("bytes of scratch memory", _report.ArenaBytesBefore, _report.ArenaBytesAfter);
        }

        bool isReduced = _report.Method != Hashing.None;
        using HtmlWriter.Scope facts = _html.Open("dl", ("class", "facts"), ("style", "margin-top:1rem"));
        LayerDetails.Fact(_html, "relative error allowed", isReduced ? Quantity(_report.Tolerance) : None);
        LayerDetails.Fact(_html, "relative error estimated", isReduced ? Quantity(_report.EstimatedError) : None);
        LayerDetails.Fact(_html, "relative error measured", MeasuredError(_report));
        LayerDetails.Fact(_html, "largest error certified", CertifiedError(_report));
        LayerDetails.Fact(_html, "scratch memory ÷ alive at once", Quantity(_report.ArenaRatio));
        LayerDetails.Fact(_html, "parameters of the file", Number(_report.Info.Parameters));
        LayerDetails.Fact(_html, "weights of layers", Number(_report.Weights));
        LayerDetails.Fact(_html, "distinct values a column ÷ weights", Percent(_report.ValuesPerColumnRatio));
        LayerDetails.Fact(_html, "outputs merged", Number(_report.OutputsMerged));
    }

    private void Compared(string name, long before, long after)
    {
        using HtmlWriter.Scope row = _html.Open("tr");
        _html.Element("th", name, ("scope", "row"));
        foreach (string cell in new[] { Number(before), Number(after), Removed(before, after) }) _html.Element("td", cell, ("class", "n"));
    }

    private void WriteBars()
    {
        _html.Element("h2", "Multiplications");
        WriteKey();
        IEnumerable<LayerReport> computing = _report.Layers.Where(static l => l.Before.Multiplications > 0 || l.After.Multiplications > 0);
        BarTable.Write(_html, "Multiplications of one inference by layer, counted under the exact lowering with the fewest.", ["before", "after", "removed"],
            [.. computing.Select(l => Row(l, l.Before.Multiplications, l.After.Multiplications))]);
        _html.Element("h2", "Bytes of weights");
        WriteKey();
        IEnumerable<LayerReport> weighted = _report.Layers.Where(static l => l.Weights is not null);
        BarTable.Write(_html, "Weights by layer without biases: floats before; indices, codebook and scales after.", ["before", "after", "removed"],
            [.. weighted.Select(l => Row(l, l.Before.WeightBytes, l.After.WeightBytes))]);
    }

    private void WriteKey()
    {
        using HtmlWriter.Scope p = _html.Open("p", ("class", "soft key"));
        foreach ((string kind, string text) in new[] { ("k", "before"), ("k after", "after") })
        {
            using HtmlWriter.Scope span = _html.Open("span");
            _html.Element("i", "", ("class", kind));
            _html.Text(text);
        }
    }

    private BarRow Row(LayerReport layer, long before, long after)
        => new(layer.Name, LinkOf(layer), before, after, Number(before) + " before, " + Number(after) + " after", [Number(before), Number(after), Removed(before, after)]);

    private void WriteBudget()
    {
        _html.Element("h2", "Error budget");
        ImmutableArray<LayerReport> hashed = [.. _report.Layers.Where(static l => l.Weights is { IsHashed: true })];
        if (hashed.IsEmpty)
        {
            _html.Element("p", "No weights were hashed: there is no error to share.", ("class", "soft"));
            return;
        }

        BarTable.Write(_html, "Each layer's share of the squared error at the outputs, as the allocator estimated it.", ["share", "SQNR", "values"],
            [.. hashed.Select(l => new BarRow(l.Name, LinkOf(l), 0, l.Weights!.ErrorShare, Percent(l.Weights.ErrorShare) + " of the error",
                [Percent(l.Weights.ErrorShare), Decibels(l.Weights.SqnrDecibels), l.Weights.DistinctAfter.ToString(CultureInfo.InvariantCulture)]))]);
    }

    private string? LinkOf(LayerReport layer) => _detailed.Contains(layer.Name) ? "#" + layer.Name : null;
}
