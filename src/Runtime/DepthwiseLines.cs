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

    internal DepthwiseLines(int count, int windows, int lineStep, int step, int lineTarget, int target)
    {
        Count = count;
        Windows = windows;
        LineStep = lineStep;
        Step = step;
        LineTarget = lineTarget;
        Target = target;
    }
}
