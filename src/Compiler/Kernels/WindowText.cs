using System;
using System.Linq;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels;

/// <summary>Window geometry in summaries.</summary>
internal static class WindowText
{
    /// <summary>The kernel as <c>3×3</c>.</summary>
    public static string Kernel(WindowGeometry window) => string.Join("×", window.OwnAxes.Select(a => a.Kernel));

    /// <summary>What is not usual: <c>, stride 2, pad 1, dilation 2</c>.</summary>
    public static string Details(WindowGeometry window)
    {
        string pads = window.OwnAxes.All(a => a.Before == 0 && a.After == 0) ? ""
            : window.OwnAxes.All(a => a.Before == a.After) ? Same(window, "pad", a => a.Before, 0)
            : ", pads " + string.Join(" ", window.OwnAxes.Select(a => a.Before + "/" + a.After));
        return Same(window, "stride", a => a.Stride, 1) + pads + Same(window, "dilation", a => a.Dilation, 1);
    }

    private static string Same(WindowGeometry window, string name, Func<WindowAxis, int> value, int usual)
    {
        int[] values = [.. window.OwnAxes.Select(value).Distinct()];
        if (values.Length == 1) return values[0] == usual ? "" : ", " + name + " " + values[0];
        return ", " + name + " " + string.Join("×", window.OwnAxes.Select(value));
    }
}
