using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Report;

namespace RedGen.Cli.Reports;

/// <summary>A histogram of weights with its density and the codebook's values as ticks below the axis, as SVG that stretches to its box.</summary>
internal static class HistogramChart
{
    /// <summary>Units of the drawing: bins times this is its width.</summary>
    private const int BinWidth = 10;

    /// <summary>Room at the sides, so that ticks at the ends are whole.</summary>
    private const int Margin = 4;

    private const int PlotHeight = 260;

    private const int TickTop = 268;

    private const int Height = 300;

    /// <summary>Writes the figure.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="layer">The layer's name, for those who do not see the drawing.</param>
    public static void Write(HtmlWriter html, WeightsReport weights, string layer)
    {
        WeightHistogram histogram = weights.Histogram;
        if (histogram.Counts.IsEmpty) return;
        using HtmlWriter.Scope figure = html.Open("figure");
        double top = System.Math.Max(histogram.Counts.Max(), histogram.Density.Max());
        string width = Text(WeightHistogram.Bins * BinWidth);
        string label = "Histogram of the weights of " + layer + " from " + ReportText.Quantity(histogram.From) + " to " + ReportText.Quantity(histogram.To)
            + (weights.IsHashed ? ", with " + ReportText.Number(weights.Codebook.Length) + " codebook values" : "");
        using (html.Open("svg", ("class", "plot"), ("viewBox", Text(-Margin) + " 0 " + Text((WeightHistogram.Bins * BinWidth) + (2 * Margin)) + " " + Text(Height)), ("preserveAspectRatio", "none"), ("role", "img"), ("aria-label", label)))
        {
            html.Element("title", label);
            html.Void("path", ("class", "b"), ("d", Bars(histogram, top)));
            html.Void("path", ("class", "d"), ("d", Curve(histogram, top)));
            html.Void("path", ("class", "e"), ("d", Dots(histogram, top)));
            html.Void("path", ("class", "x"), ("d", "M0 " + Text(PlotHeight) + "H" + width));
            if (!weights.Codebook.IsEmpty) html.Void("path", ("class", "t"), ("d", Ticks(histogram, weights.Codebook)));
        }

        using (html.Open("div", ("class", "axis"), ("aria-hidden", "true")))
        {
            html.Element("span", ReportText.Quantity(histogram.From));
            html.Element("span", ReportText.Quantity(Middle(histogram)));
            html.Element("span", ReportText.Quantity(histogram.To));
        }

        using (html.Open("figcaption", ("class", "key"))) WriteKey(html, weights);
    }

    /// <summary>The middle of the range; a symmetric one has zero there, whatever rounding says.</summary>
    private static double Middle(WeightHistogram histogram)
    {
        double middle = (histogram.From + histogram.To) / 2;
        return System.Math.Abs(middle) < 1e-3 * (histogram.To - histogram.From) ? 0 : middle;
    }

    private static void WriteKey(HtmlWriter html, WeightsReport weights)
    {
        Key(html, "k", "weights before hashing" + (weights.ScaleCount > 0 ? ", ÷ the scale of their output" : ""));
        Key(html, "k after", "Gaussian kernel density, bandwidth " + ReportText.Quantity(weights.Histogram.Bandwidth));
        Key(html, "k dot", "its extrema");
        if (weights.IsHashed) Key(html, "k mark", "codebook");
    }

    private static void Key(HtmlWriter html, string kind, string text)
    {
        using HtmlWriter.Scope span = html.Open("span");
        html.Element("i", "", ("class", kind));
        html.Text(text);
    }

    /// <summary>The outline of the bars as one path of steps.</summary>
    private static string Bars(WeightHistogram histogram, double top)
    {
        var path = new StringBuilder("M0 ").Append(Text(PlotHeight));
        int last = PlotHeight;
        foreach (int count in histogram.Counts)
        {
            int y = Y(count, top);
            if (y != last) path.Append('V').Append(Text(y));
            path.Append('h').Append(Text(BinWidth));
            last = y;
        }

        return path.Append('V').Append(Text(PlotHeight)).Append('Z').ToString();
    }

    private static string Curve(WeightHistogram histogram, double top)
    {
        var path = new StringBuilder();
        for (int i = 0; i < histogram.Density.Length; i++) path.Append(i == 0 ? 'M' : 'L').Append(Point(histogram, i, top));
        return path.ToString();
    }

    /// <summary>Lines of no length with round ends: circles, however the drawing is stretched.</summary>
    private static string Dots(WeightHistogram histogram, double top)
    {
        var path = new StringBuilder();
        foreach (int bin in histogram.Extrema) path.Append('M').Append(Point(histogram, bin, top)).Append("h0");
        return path.ToString();
    }

    private static string Point(WeightHistogram histogram, int bin, double top)
        => Text((bin * BinWidth) + (BinWidth / 2)) + " " + Text(Y(histogram.Density[bin], top));

    private static string Ticks(WeightHistogram histogram, IEnumerable<float> codebook)
    {
        var path = new StringBuilder();
        foreach (float value in codebook)
        {
            double x = (value - histogram.From) / (histogram.To - histogram.From) * WeightHistogram.Bins * BinWidth;
            path.Append('M').Append(x.ToString("0.#", CultureInfo.InvariantCulture)).Append(' ').Append(Text(TickTop)).Append('V').Append(Text(Height));
        }

        return path.ToString();
    }

    private static int Y(double count, double top) => PlotHeight - (int)System.Math.Round(count / top * (PlotHeight - 4));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
