using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>The sizes of a ConvTranspose.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Groups">Groups.</param>
/// <param name="InChannels">Channels of the input.</param>
/// <param name="OutChannels">Channels of the output.</param>
/// <param name="Window">The spatial geometry: In is the output's, Out the input's (<see cref="TransposedWindow"/>).</param>
internal sealed record TransposedConvLayer(int Batch, int Groups, int InChannels, int OutChannels, WindowGeometry Window)
{
    /// <summary>Multiply-adds, those that are cut off included.</summary>
    public long MultiplyAdds => (long)Batch * InChannels * Window.OutLength * (OutChannels / Groups) * Window.KernelLength;

    /// <summary>Elements of the output.</summary>
    public long Results => (long)Batch * OutChannels * Window.InLength;

    /// <summary>The layer as summaries name it.</summary>
    public string Text => "ConvTranspose " + WindowText.Kernel(Window) + ", " + InChannels + " → " + OutChannels + " channels"
        + (Groups > 1 ? ", " + Groups + " groups" : "") + WindowText.Details(Window);

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => Batch == 0 || InChannels == 0 || OutChannels == 0 || Window.Axes.Any(a => a.In == 0 || a.Out == 0);

    /// <summary>The products alone: a convolution of one tap with an output channel for each tap, the sums aside.</summary>
    public ConvLayer Pointwise
    {
        get
        {
            var places = new WindowAxis(Window.OutLength, Window.OutLength, 1, 1, 1, 0, 0);
            return new ConvLayer(Batch, Groups, InChannels, OutChannels * Window.KernelLength, new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, places));
        }
    }

    /// <summary>Reads a ConvTranspose that inference has accepted.</summary>
    public static TransposedConvLayer Read(Node node, KernelContext context) => Read(node, context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]));

    /// <summary>Reads a ConvTranspose from the lengths of input and weights.</summary>
    public static TransposedConvLayer Read(Node node, int[] x, int[] w)
    {
        int groups = (int)node.Attributes.Int("group", 1);
        return new TransposedConvLayer(x[0], groups, x[1], w[1] * groups, TransposedWindow.Read(node, x, w));
    }
}
