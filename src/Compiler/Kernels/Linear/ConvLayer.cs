using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>The sizes of a Conv.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Groups">Groups.</param>
/// <param name="InChannels">Channels of the input.</param>
/// <param name="OutChannels">Channels of the output.</param>
/// <param name="Window">The spatial geometry.</param>
internal sealed record ConvLayer(int Batch, int Groups, int InChannels, int OutChannels, WindowGeometry Window)
{
    /// <summary>Input elements that one output sums over.</summary>
    public int Taps => InChannels / Groups * Window.KernelLength;

    /// <summary>Multiply-adds, those with padding included.</summary>
    public long MultiplyAdds => (long)Batch * OutChannels * Window.OutLength * Taps;

    /// <summary>Whether every output channel reads one input channel.</summary>
    public bool IsDepthwise => Groups == InChannels && Groups > 1;

    /// <summary>The layer as summaries name it.</summary>
    public string Text => (IsDepthwise ? "depthwise " : "") + WindowText.Kernel(Window)
        + (IsDepthwise && InChannels == OutChannels ? ", " + OutChannels + " channels" : ", " + InChannels + " → " + OutChannels + " channels")
        + (Groups > 1 && !IsDepthwise ? ", " + Groups + " groups" : "") + WindowText.Details(Window);

    /// <summary>Reads a Conv that inference has accepted.</summary>
    public static ConvLayer Read(Node node, KernelContext context)
    {
        int[] x = context.Lengths(node.Inputs[0]);
        int[] w = context.Lengths(node.Inputs[1]);
        return new ConvLayer(x[0], (int)node.Attributes.Int("group", 1), x[1], w[0], Conv.Geometry(node, x, w));
    }

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => Batch == 0 || InChannels == 0 || OutChannels == 0 || Window.Axes.Any(a => a.In == 0 || a.Out == 0);
}
