#nullable enable

namespace RedGen.Runtime;

/// <summary>How the windows of a box are walked over: in rows, or in columns where those are longer.</summary>
internal readonly struct DepthwiseLines
{
    /// <summary>Lines of windows.</summary>
    internal readonly int Count;

    /// <summary>Windows of a line.</summary>
    internal readonly int Windows;

    /// <summary>Floats from line to line of the input.</summary>
    internal readonly int LineStep;

    /// <summary>Floats from window to window of the input.</summary>
    internal readonly int Step;

    /// <summary>Floats from line to line of the output.</summary>
    internal readonly int LineTarget;

    /// <summary>Floats from window to window of the output.</summary>
    internal readonly int Target;

    private DepthwiseLines(int count, int windows, int lineStep, int step, int lineTarget, int target)
    {
        Count = count;
        Windows = windows;
        LineStep = lineStep;
        Step = step;
        LineTarget = lineTarget;
        Target = target;
    }

    /// <summary>The lines of a box: rows, or columns if windows are walked over downwards.</summary>
    /// <param name="shape">All sizes; output channels are the input's.</param>
    /// <param name="rows">Rows of the box.</param>
    /// <param name="columns">Columns of the box.</param>
    /// <param name="empty">True if no tap lies inside the input: then there is nowhere to go.</param>
    /// <param name="downwards">Whether lines are columns.</param>
    internal static DepthwiseLines Of(in ConvShape shape, int rows, int columns, bool empty, bool downwards)
    {
        unchecked
        {
            int rowStep = empty ? 0 : shape.StrideHeight * shape.InWidth * shape.InChannels;
            int columnStep = empty ? 0 : shape.StrideWidth * shape.InChannels;
            int rowTarget = shape.OutWidth * shape.InChannels;
            return downwards
                ? new(columns, rows, columnStep, rowStep, shape.InChannels, rowTarget)
                : new(rows, columns, rowStep, columnStep, rowTarget, shape.InChannels);
        }
    }
}
