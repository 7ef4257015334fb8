using System;
using System.Threading.Tasks;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Transformed weights that a network's layers share in their first run and keep from the second on.</summary>
[Collection(nameof(FirstCalls))]
public class WinogradFiltersTests
{
    private static readonly ConvCase[] Shapes =
    [
        ConvCase.Square(8, 24, 12, 12, 3, 1, 1),
        ConvCase.Square(24, 8, 12, 12, 3, 1, 1),
        ConvCase.Square(24, 40, 7, 9, 3, 1, 1),
        ConvCase.Square(40, 24, 7, 9, 3, 1, 0),
        ConvCase.Square(33, 17, 6, 5, 3, 1, 1),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_run_gives_the_bits_of_weights_transformed_beforehand(int count)
    {
        Network network = new(count, 90);
        for (int run = 0; run < 4; run++) network.Check();
    }

    [Fact]
    public void Only_the_first_run_allocates()
    {
        Network network = new(Shapes.Length, 91);
        network.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        network.Run();
        network.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_skipped_first_run_gives_the_same_bits()
    {
        Network network = new(Shapes.Length, 92);
        FirstCalls.Skip();
        network.Check();
        FirstCalls.Resume();
        network.Check();
    }

    [Fact]
    public void Threads_may_begin_at_the_same_time()
    {
        for (int i = 0; i < 20; i++)
        {
            Network network = new(Shapes.Length, 93 + i);
            Parallel.For(0, 8, _ => new Network(network).Check());
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<OverflowException>(() => new WinogradFilters([3, -1]));
        Assert.Throws<OverflowException>(() => new WinogradFilters([int.MaxValue, 16]));
        ConvCase shape = Shapes[0];
        float[] rows = new float[shape.WeightLength];
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[WinogradConvolution.WorkspaceLength(shape.ToShape(), 4, 4)];
        void Run(WinogradFilters filters, int layer) =>
            WinogradConvolution.RunKept(new float[shape.InputLength], rows, filters, layer, default, default, output, workspace, shape.ToShape(), 4, 4, default(Relu));
        Assert.Throws<ArgumentNullException>(() => Run(null!, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(new WinogradFilters([LengthOf(shape)]), 1));
        Assert.Throws<ArgumentException>(() => Run(new WinogradFilters([LengthOf(shape) - 16]), 0));
    }

    private static int LengthOf(ConvCase shape) => WinogradWeights.Length(shape.OutChannels, shape.InChannels, 3, 3, 4, 4);

    /// <summary>Some layers, each over an input of its own.</summary>
    private sealed class Network
    {
        private readonly float[][] _inputs;
        private readonly float[][] _rows;
        private readonly float[][] _expected;
        private readonly float[][] _outputs;
        private readonly float[][] _workspaces;
        private readonly WinogradFilters _filters;

        internal Network(int count, int seed)
        {
            Data data = new(seed);
            ConvCase[] shapes = Shapes[..count];
            _filters = new WinogradFilters(Array.ConvertAll(shapes, LengthOf));
            _inputs = Array.ConvertAll(shapes, s => data.Floats(s.InputLength));
            _rows = Array.ConvertAll(shapes, s => data.Floats(s.WeightLength));
            _workspaces = Array.ConvertAll(shapes, s => Data.Dirty(WinogradConvolution.WorkspaceLength(s.ToShape(), 4, 4)));
            _outputs = Array.ConvertAll(shapes, s => Data.Dirty(s.OutputLength));
            _expected = Array.ConvertAll(shapes, s => Data.Dirty(s.OutputLength));
            for (int i = 0; i < count; i++)
            {
                float[] weights = WinogradWeights.Transform(_rows[i], shapes[i].OutChannels, shapes[i].InChannels, 3, 3, 4, 4);
                WinogradConvolution.Run(_inputs[i], weights, default, default, _expected[i], _workspaces[i], shapes[i].ToShape(), 4, 4, default(Relu));
            }
        }

        /// <summary>The same layers with outputs of another thread.</summary>
        internal Network(Network other)
        {
            (_filters, _inputs, _rows, _expected) = (other._filters, other._inputs, other._rows, other._expected);
            _workspaces = Array.ConvertAll(other._workspaces, w => Data.Dirty(w.Length));
            _outputs = Array.ConvertAll(other._outputs, y => Data.Dirty(y.Length));
        }

        internal void Run()
        {
            for (int i = 0; i < _outputs.Length; i++)
                WinogradConvolution.RunKept(_inputs[i], _rows[i], _filters, i, default, default, _outputs[i], _workspaces[i], Shapes[i].ToShape(), 4, 4, default(Relu));
        }

        internal void Check()
        {
            Run();
            for (int i = 0; i < _outputs.Length; i++) Expect.SameBits(_expected[i], _outputs[i]);
        }
    }
}
