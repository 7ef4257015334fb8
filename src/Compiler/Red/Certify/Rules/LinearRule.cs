using System;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// Conv, Gemm and MatMul with constant weights: y = W x + b and δy = W~ δx + (W~ − W) x + δb, each as centre and radius.
/// </summary>
internal sealed class LinearRule
{
    /// <summary>Weights of one layer: about 80 bytes each.</summary>
    private const int WeightLimit = 1 << 23;

    private readonly PropagationContext _context;
    private readonly ReducibleLayer _layer;
    private readonly LinearSums[] _groups;
    private readonly double[] _x;
    private readonly PairBound _y;
    private readonly WindowGeometry? _window;
    private readonly int _channels;
    private readonly WinogradRounding? _winograd;
    private double _added;

    private LinearRule(PropagationContext context, ReducibleLayer layer, ReducibleLayer twin)
    {
        _context = context;
        _layer = layer;
        PairBound x = context.Bound(0);
        _x = LinearSums.Inputs(x);
        _y = new PairBound(context.OutputLengths(0));
        double[] weights = Weights(context.OriginalGraph, layer);
        double[] reduced = Weights(context.ReducedGraph, twin);
        int outputs = layer.Outputs / layer.Groups;
        _groups = [.. Enumerable.Range(0, layer.Groups).Select(g => new LinearSums(weights, reduced, g * outputs, outputs, layer.Columns))];
        if (!context.Node.Operator.Name.Equals("Conv", StringComparison.Ordinal)) return;
        _window = Conv.Geometry(context.Node, x.Lengths, [.. context.OriginalGraph.ConstantOf(layer.Weights)!.Dimensions]);
        _channels = x.Lengths[1];
        var conv = new ConvLayer(x.Lengths[0], layer.Groups, _channels, layer.Outputs, _window);
        if (WinogradTiles.Of(conv).Any()) _winograd = new WinogradRounding(conv, x, weights, reduced);
    }

    /// <summary>Whether the node is a layer with constant float32 weights in both networks.</summary>
    public static bool HasConstantWeights(PropagationContext context)
        => ReducibleLayer.Read(context.OriginalGraph, context.Node) is not null && ReducibleLayer.Read(context.ReducedGraph, context.Twin) is not null;

    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        if (ReducibleLayer.Read(context.OriginalGraph, context.Node) is not { } layer || ReducibleLayer.Read(context.ReducedGraph, context.Twin) is not { } twin)
            throw new UncertifiableException("has weights that are no float32 constants");
        if (layer.Outputs != twin.Outputs || layer.Columns != twin.Columns || layer.Groups != twin.Groups) throw new UncertifiableException("has weights of another shape in the reduced network");
        if (layer.Count > WeightLimit) throw new UncertifiableException("has more weights than the analysis has memory for");
        new LinearRule(context, layer, twin).Run();
    }

    private void Run()
    {
        int places = _window?.OutLength ?? 1;
        int windows = _y.Count / _layer.Outputs * _groups.Length;
        var gate = new object();
        // Blocks of windows that do not depend on the number of processors; each writes its own outputs.
        const int Block = 16;
        Func<int, PairInterval> biasAt = Bias();
        Parallel.For(
            0, (windows + Block - 1) / Block, new ParallelOptions { CancellationToken = _context.CancellationToken },
            () => (Window: new double[_window is null ? 0 : _layer.Columns * LinearSums.InputPlanes], Sums: new double[_groups[0].BufferLength], Added: 0.0),
            (block, _, own) =>
            {
                double added = own.Added;
                for (int w = block * Block; w < Math.Min(windows, (block + 1) * Block); w++)
                {
                    // Windows are ordered by sample, group, place.
                    int group = w / places % _groups.Length;
                    (double[] window, int start) = _window is null ? (_x, w * _layer.Columns * LinearSums.InputPlanes) : (Gather(own.Window, w / places, w % places), 0);
                    _groups[group].Run(window, start, own.Sums);
                    int first = _window is null ? w * _layer.Outputs : (w / places * _groups[group].Outputs * places) + (w % places);
                    double most = Write(own.Sums, _groups[group].Outputs, first, places, biasAt);
                    if (!(most <= added)) added = most;
                }

                return (own.Window, own.Sums, added);
            },
            own =>
            {
                lock (gate) _added = _added >= own.Added ? _added : own.Added;
            });
        _context.Layer = new LayerError(_context.Node.Name, _added, _y.MaxError);
        _context.SetOutput(0, _y);
    }

    /// <summary>Turns the sums of one window into bounds.</summary>
    /// <returns>The largest |(W~ − W) x + δb|.</returns>
    private double Write(double[] sums, int outputs, int first, int distance, Func<int, PairInterval> biasAt)
    {
        double added = 0;
        for (int m = 0; m < outputs; m++)
        {
            double Sum(int index) => LinearSums.Read(sums, m, index);
            static Interval Around(double centre, double radius) => new(centre - radius, centre + radius);
            int at = first + (m * distance);
            Interval own = Around(Sum(6), Sum(7));
            PairInterval bias = biasAt(at);
            var y = new PairInterval(Around(Sum(0), Sum(1)) + bias.Original, Around(Sum(3), Sum(4)) + bias.Reduced, Around(Sum(8), Sum(9)) + own + bias.Delta);
            y = Rounded(y, first, m, Sum(2), Sum(5), bias);
            _y[at] = y.Refined();
            double mine = (own + bias.Delta).MaxAbs;
            if (!(mine <= added)) added = mine;
        }

        return added;
    }

    /// <summary>Allows for the rounding of a sum of products, in whichever of two ways the kernels may form it.</summary>
    private PairInterval Rounded(PairInterval y, int at, int output, double original, double reduced, PairInterval bias)
    {
        (double first, double second) = (
            FloatRounding.OfSum(_layer.Columns, original + bias.Original.MaxAbs),
            FloatRounding.OfSum(_layer.Columns, reduced + bias.Reduced.MaxAbs));
        if (_winograd is { } winograd)
        {
            int sample = at / (_layer.Outputs * _window!.OutLength);
            (double o, double r) = winograd.Of(sample, output, bias);
            (first, second) = (Math.Max(first, o), Math.Max(second, r));
        }

        return y.Rounded(first, second);
    }

    /// <summary>Copies the numbers of a convolution's window; taps in the padding are zero.</summary>
    /// <param name="window">Takes them.</param>
    /// <param name="sampleAndGroup">sample · groups + group.</param>
    /// <param name="place">The window's place in the output.</param>
    private double[] Gather(double[] window, int sampleAndGroup, int place)
    {
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (_window!.Depth, _window.Height, _window.Width);
        int v = place % width.Out;
        int h = place / width.Out % height.Out;
        int d = place / width.Out / height.Out;
        Array.Clear(window, 0, window.Length);
        int perGroup = _channels / _groups.Length;
        for (int c = 0; c < perGroup; c++)
        {
            int plane = ((sampleAndGroup * perGroup) + c) * _window.InLength;
            for (int kd = depth.FirstTap(d); kd < depth.EndTap(d); kd++)
            {
                for (int kh = height.FirstTap(h); kh < height.EndTap(h); kh++)
                {
                    int row = plane + (((depth.Position(d, kd) * height.In) + height.Position(h, kh)) * width.In);
                    int tap = ((((c * depth.Kernel) + kd) * height.Kernel) + kh) * width.Kernel;
                    for (int kw = width.FirstTap(v); kw < width.EndTap(v); kw++)
                        Array.Copy(_x, (row + width.Position(v, kw)) * LinearSums.InputPlanes, window, (tap + kw) * LinearSums.InputPlanes, LinearSums.InputPlanes);
                }
            }
        }

        return window;
    }

    /// <summary>The bias of an output element; zero where there is none.</summary>
    private Func<int, PairInterval> Bias()
    {
        if (_context.OptionalInput(2) is not { } value) return _ => default;
        // Hashing writes a bias of one axis where the original may have [1, outputs].
        PairBound bias = value is { Original: { } first, Reduced: { } second } && first.Count == second.Count ? PairBound.Of(first.Reshape(second.Lengths), second) : value.Bound;
        if (_window is not null)
        {
            int places = _window.OutLength;
            return at => bias[at / places % bias.Count];
        }

        var reader = new BroadcastReader(bias.Lengths, _y.Lengths);
        Interval beta = Interval.Point(_context.Node.Attributes.Float("beta", 1));
        if (beta.Low == 1) return at => bias[reader.IndexOf(at)];
        return at => bias[reader.IndexOf(at)] is var b ? new PairInterval(beta * b.Original, beta * b.Reduced, beta * b.Delta) : default;
    }

    /// <summary>The weights, outputs × columns, with Gemm's factor in them.</summary>
    private static double[] Weights(Graph graph, ReducibleLayer layer)
    {
        double alpha = layer.Node.Operator.Name.Equals("Gemm", StringComparison.Ordinal) ? layer.Node.Attributes.Float("alpha", 1) : 1;
        return Array.ConvertAll(layer.ToRows(graph.ConstantOf(layer.Weights)!), w => alpha * w);
    }
}
