using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using RedGen.Cli.Output;
using RedGen.Cli.Reports;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Report;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary>The three forms of one report.</summary>
public sealed class ReportFormTests
{
    private static readonly ModelReport Digits = Compile();

    private static ModelReport Compile()
    {
        ExecutionPlan PlanOf(Hashing hashing)
            => ModelCompiler.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), new CompilerOptions { Hashing = hashing }).Plan!;
        return ModelReport.Of(PlanOf(Hashing.None), PlanOf(Hashing.Adaptive)) with { Certificate = null };
    }

    private static JsonElement Json(ModelReport report) => JsonDocument.Parse(ToolConsole.JsonOf(ReportJson.Of(report, null, []))).RootElement;

    private static string TextOf(string html) => XDocument.Parse(html).Root!.Value;

    [Fact]
    public void A_certificate_is_in_every_form()
    {
        ModelReport report = Digits with { Certificate = new ErrorCertificate("image in [0, 1]", 1.25, [new LayerError("/c<1>", 0.5, 0.75)], "") };
        XElement html = XDocument.Parse(ReportHtml.Of(report)).Root!;
        Assert.Contains("≤ 1.25 over image in [0, 1]", html.Value);
        XElement row = html.Descendants("tr").Single(static r => r.Value.Contains("/c<1>", System.StringComparison.Ordinal));
        Assert.Equal(["0.5", "0.75"], row.Elements("td").Select(static d => d.Value));
        Assert.Contains(@"| /c\<1\> | 0.5 | 0.75 |", ReportMarkdown.Of(report));
        JsonElement json = Json(report);
        Assert.Equal((1.25, 0.75), (json.GetProperty("certifiedError").GetDouble(), json.GetProperty("certificate").GetProperty("layers")[0].GetProperty("reached").GetDouble()));
    }

    [Fact]
    public void What_has_no_bound_says_so()
    {
        ModelReport problem = Digits with { Certificate = new ErrorCertificate("x in [0, 1]", double.PositiveInfinity, [], "Softmax is not bounded") };
        Assert.Contains("not certified: Softmax is not bounded", TextOf(ReportHtml.Of(problem)));
        Assert.Equal(JsonValueKind.Null, Json(problem).GetProperty("certifiedError").ValueKind);
        ModelReport infinite = Digits with { Certificate = new ErrorCertificate("x in [0, 1]", double.PositiveInfinity, [], "") };
        Assert.Contains("no bound found over x in \\[0, 1\\]", ReportMarkdown.Of(infinite));
        Assert.Contains("not certified", ReportMarkdown.Of(Digits));
        Assert.Equal(JsonValueKind.Null, Json(Digits).GetProperty("certificate").ValueKind);
    }

    [Fact]
    public void An_error_that_was_not_measured_is_not_zero()
    {
        ModelReport report = Digits with { MeasuredError = double.NaN };
        Assert.Contains("not measured", ReportMarkdown.Of(report));
        Assert.Equal(JsonValueKind.Null, Json(report).GetProperty("measuredError").ValueKind);
        Assert.Contains("0.0312 on 8 <samples>", TextOf(ReportHtml.Of(Digits with { MeasuredError = 0.03125, MeasuredOn = "8 <samples>" })));
    }

    [Fact]
    public void Bars_are_as_long_as_their_figures()
    {
        LayerReport Scaled(LayerReport layer, long before, long after) => layer with { Before = layer.Before with { Multiplications = before }, After = layer.After with { Multiplications = after } };
        ImmutableArray<LayerReport> weighted = [.. Digits.Layers.Where(static l => l.Weights is not null).Take(2)];
        ModelReport report = Digits with { Layers = [Scaled(weighted[0], 4000, 1000), Scaled(weighted[1], 2000, 0)] };
        XElement table = XDocument.Parse(ReportHtml.Of(report)).Descendants("table").First(static t => t.Attribute("class")?.Value == "bars");
        XElement[] rows = [.. table.Element("tbody")!.Elements("tr")];
        Assert.Equal(["1000", "250"], rows[0].Descendants("rect").Select(static r => r.Attribute("width")!.Value));
        Assert.Equal(["500"], rows[1].Descendants("rect").Select(static r => r.Attribute("width")!.Value));
        Assert.Equal(["4,000", "1,000", "75.0 %"], rows[0].Elements("td").Where(static d => d.Attribute("class")!.Value == "n").Select(static d => d.Value));
    }

    [Fact]
    public void Models_of_hundreds_of_layers_stay_below_two_megabytes()
    {
        LayerReport layer = Digits.Layers.First(static l => l.Weights is not null);
        WeightsReport Wide(int i) => layer.Weights! with { Count = i, Codebook = [.. Enumerable.Range(-63, 127).Select(static v => v / 7.3f)] };
        ModelReport report = Digits with { Layers = [.. Enumerable.Range(1, 400).Select(i => layer with { Name = "Conv" + i.ToString(CultureInfo.InvariantCulture), Weights = Wide(i) })] };
        string html = ReportHtml.Of(report);
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 500_000, 2_000_000);
        string[] told = [.. XDocument.Parse(html).Descendants("details").Select(static d => d.Element("div")!.Attribute("id")!.Value)];
        Assert.Equal(Enumerable.Range(251, 150).Select(static i => "Conv" + i.ToString(CultureInfo.InvariantCulture)), told);
    }

    [Fact]
    public void The_culture_does_not_matter()
    {
        string[] Forms() => [ReportHtml.Of(Digits), ReportMarkdown.Of(Digits), ToolConsole.JsonOf(ReportJson.Of(Digits, null, []))];
        string[] first = Forms();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~", PercentSymbol = "p" } };
            Assert.Equal(first, Forms());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
