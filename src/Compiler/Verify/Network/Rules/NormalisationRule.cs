using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Normalisations of groups of elements: the mean m, c = x − m, the variance v of the groups, y = c ⁄ √(v + ε), step by step as every kernel computes
/// them, each with its own rounding. Since c² is one of the terms of v, |y| is at most √n.
/// </summary>
internal static class NormalisationRule
{
    /// <summary>Reads a LayerNormalization.</summary>
    public static void Layer(NetworkBuilder builder, Node node)
    {
        if (node.Outputs.Skip(1).Any(static o => o.Length > 0)) throw new UnverifiableException("gives its statistics");
        Rows(builder, node, centers: true);
    }

    /// <summary>Reads an RMSNormalization.</summary>
    public static void RootMeanSquare(NetworkBuilder builder, Node node) => Rows(builder, node, centers: false);

    /// <summary>Reads an InstanceNormalization.</summary>
    public static void Instance(NetworkBuilder builder, Node node)
    {
        int[] x = builder.Shape(node.Inputs[0]);
        int inner = AxisView.Of(x, 1).Inner;
        Channels(builder, node, new AxisView(x[0] * x[1], inner, 1), i => i / inner % x[1]);
    }

    /// <summary>Reads a GroupNormalization: opset 18 scales by group, later ones by channel.</summary>
    public static void Group(NetworkBuilder builder, Node node)
    {
        int[] x = builder.Shape(node.Inputs[0]);
        AxisView view = GroupNormalization.View(node, x);
        int scales = builder.Constant(node.Inputs[1]).Length, perScale = AxisView.Of(x, 1, x.Length).Length / scales;
        Channels(builder, node, new AxisView(view.Outer * view.Length, view.Inner, 1), i => i / perScale % scales);
    }

    /// <summary>Reads a MeanVarianceNormalization: (x − mean) ⁄ (√v + 10⁻⁹).</summary>
    public static void MeanVariance(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] x = builder.Shape(node.Inputs[0]);
        long[] stated = node.Attributes.Ints("axes")?.ToArray() ?? [0, 2, 3];
        int[][] groups = ElementGroups.OfAxes(x, [.. stated.Select(a => (int)(a < 0 ? a + x.Length : a))]);
        int centred = Centre(builder, name, builder.Index(node.Inputs[0]), groups);
        int root = builder.AddHidden(new ActivationNode(name, groups.Length, Variance(builder, name, centred, groups, 0), new SqrtActivation()));
        double[] epsilon = [.. Enumerable.Repeat(MeanVarianceNormalization.Epsilon, groups.Length)];
        int deviation = builder.AddHidden(new AffineNode(name, [root], [LinearMapBuilder.Identity(groups.Length)], epsilon, new AffineRounding(2) { KeepsSign = true }));
        int inverse = ProductRule.AddReciprocal(builder, name, deviation, groups.Length);
        builder.Add(name, Quotient(builder, name, centred, inverse, groups));
    }

    /// <summary>Reads an LpNormalization: x ⁄ ‖x‖; a line of zeros stays one.</summary>
    public static void Lp(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int length = builder.Length(name), x = builder.Index(node.Inputs[0]);
        int[][] groups = ElementGroups.OfLines(LpNormalization.View(node, builder.Shape(node.Inputs[0])));
        bool isManhattan = node.Attributes.Int("p", 2) == 1;
        int terms = builder.AddHidden(new ActivationNode(name, length, x, isManhattan ? new AbsActivation() : new PowerActivation(2, IsExact: true)));
        int sum = builder.AddHidden(new AffineNode(name, [terms], [ElementGroups.Sums(length, groups)], new double[groups.Length], new AffineRounding(groups[0].Length + 1) { KeepsSign = true }));
        int norm = isManhattan ? sum : builder.AddHidden(new ActivationNode(name, groups.Length, sum, new SqrtActivation()));
        builder.Add(name, Quotient(builder, name, x, ProductRule.AddReciprocal(builder, name, norm, groups.Length), groups));
    }

    /// <summary>Reads an LRN: x ⁄ (bias + α ⁄ size · Σ x²)^β over a window of channels.</summary>
    public static void LocalResponse(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int length = builder.Length(name), x = builder.Index(node.Inputs[0]);
        AxisView view = AxisView.Of(builder.Shape(node.Inputs[0]), 1);
        (int before, int behind) = LRN.Window(node, view.Length);
        int[][] windows = [.. Enumerable.Range(0, length).Select(i =>
        {
            int channel = i / view.Inner % view.Length, start = i - (channel * view.Inner);
            int first = Math.Max(0, channel - before), last = Math.Min(view.Length - 1, channel + behind);
            return Enumerable.Range(first, last - first + 1).Select(c => start + (c * view.Inner)).ToArray();
        })];
        double bias = node.Attributes.Float("bias", 1), factor = node.Attributes.Float("alpha", 1e-4f) / node.Attributes.Int("size", 1);
        if (!(bias > 0 && factor >= 0)) throw new UnverifiableException("has a bias or alpha that may make its divisor zero");
        int squares = builder.AddHidden(new ActivationNode(name, length, x, new PowerActivation(2, IsExact: true)));
        int sum = builder.AddHidden(new AffineNode(name, [squares], [ElementGroups.Sums(length, windows, factor)], [.. Enumerable.Repeat(bias, length)], new AffineRounding(windows.Max(static w => w.Length) + 4) { KeepsSign = true }));
        int inverse = builder.AddHidden(new ActivationNode(name, length, sum, new PowerActivation(-node.Attributes.Float("beta", 0.75f), IsExact: false)));
        int[] all = [.. Enumerable.Range(0, length)];
        ProductRule.Add(builder, name, new Operand(x, length, all), new Operand(inverse, length, all));
    }

    private static void Rows(NetworkBuilder builder, Node node, bool centers)
    {
        int[] x = builder.Shape(node.Inputs[0]);
        int[][] groups = ElementGroups.OfLines(LayerNormalization.View(node, x));
        int normal = Normalise(builder, node, groups, centers);
        Scale(builder, node, normal, builder.SpreadConstant(node.Inputs[1], x), node.HasInput(2) ? builder.SpreadConstant(node.Inputs[2], x) : null);
    }

    private static void Channels(NetworkBuilder builder, Node node, AxisView rows, Func<int, int> scaleOf)
    {
        int normal = Normalise(builder, node, ElementGroups.OfLines(rows), centers: true);
        int[] channel = [.. Enumerable.Range(0, builder.Length(node.Outputs[0])).Select(scaleOf)];
        double[] scale = builder.Constant(node.Inputs[1]), shift = builder.Constant(node.Inputs[2]);
        Scale(builder, node, normal, Array.ConvertAll(channel, c => scale[c]), Array.ConvertAll(channel, c => shift[c]));
    }

    private static int Normalise(NetworkBuilder builder, Node node, int[][] groups, bool centers)
    {
        string name = node.Outputs[0];
        int x = builder.Index(node.Inputs[0]), length = builder.Length(name);
        int centred = centers ? Centre(builder, name, x, groups) : x;
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        int inverse = builder.AddHidden(new ActivationNode(name, groups.Length, Variance(builder, name, centred, groups, epsilon), new PowerActivation(-0.5, IsExact: false)));
        int quotient = builder.AddHidden(Quotient(builder, name, centred, inverse, groups));
        // The rounding of a sum of n squares is a share of n·2⁻²⁴ of it.
        double most = Math.Sqrt(groups[0].Length) * (1.001 + (groups[0].Length * 1e-6));
        return builder.AddHidden(new ActivationNode(name, length, quotient, new ClipActivation(-most, most)));
    }

    private static int Centre(NetworkBuilder builder, string name, int x, int[][] groups)
    {
        int n = groups[0].Length, length = groups.Length * n;
        int mean = builder.AddHidden(new AffineNode(name, [x], [ElementGroups.Sums(length, groups, 1.0 / n)], new double[groups.Length], new AffineRounding(n + 1) { SumFactor = n }));
        LinearMap spread = new Operand(mean, groups.Length, ElementGroups.GroupOf(length, groups)).Map(-1);
        return builder.AddHidden(new AffineNode(name, [x, mean], [LinearMapBuilder.Identity(length), spread], new double[length], new AffineRounding(2)));
    }

    /// <summary>The variance of each group plus epsilon, below which no rounding brings it.</summary>
    private static int Variance(NetworkBuilder builder, string name, int centred, int[][] groups, double epsilon)
    {
        int n = groups[0].Length, length = groups.Length * n;
        int squares = builder.AddHidden(new ActivationNode(name, length, centred, new PowerActivation(2, IsExact: true)));
        return builder.AddHidden(new AffineNode(name, [squares], [ElementGroups.Sums(length, groups, 1.0 / n)], [.. Enumerable.Repeat(epsilon, groups.Length)], new AffineRounding(n + 2) { SumFactor = n, KeepsSign = true }));
    }

    private static AffineNode Quotient(NetworkBuilder builder, string name, int x, int inverse, int[][] groups)
    {
        int length = groups.Length * groups[0].Length;
        int product = ProductRule.AddExact(builder, name, new Operand(x, length, [.. Enumerable.Range(0, length)]), new Operand(inverse, groups.Length, ElementGroups.GroupOf(length, groups)));
        return new AffineNode(name, [product], [LinearMapBuilder.Identity(length)], new double[length], new AffineRounding(1));
    }

    private static void Scale(NetworkBuilder builder, Node node, int normal, double[] scale, double[]? shift)
    {
        string name = node.Outputs[0];
        LinearMap map = LinearMapBuilder.Selection(scale.Length, [.. Enumerable.Range(0, scale.Length)], scale);
        builder.Add(name, new AffineNode(name, [normal], [map], shift ?? new double[scale.Length], new AffineRounding(2)));
    }
}
