#nullable enable

namespace RedGen.Runtime;

/// <summary>How a resized element follows from its neighbours.</summary>
public enum ResizeMode
{
    /// <summary>The nearest one.</summary>
    Nearest,

    /// <summary>Linear between two.</summary>
    Linear,

    /// <summary>A cubic curve through four.</summary>
    Cubic,
}

/// <summary>ONNX coordinate_transformation_mode.</summary>
public enum ResizeCoordinates
{
    /// <summary>Centres of elements are mapped.</summary>
    HalfPixel,

    /// <summary>As half_pixel, but the centre of the axis stays where it is.</summary>
    HalfPixelSymmetric,

    /// <summary>As half_pixel; one element alone takes the first.</summary>
    PytorchHalfPixel,

    /// <summary>The first and the last element stay where they are.</summary>
    AlignCorners,

    /// <summary>The beginnings of elements are mapped.</summary>
    Asymmetric,

    /// <summary>A region is cropped, its corners aligned.</summary>
    TfCropAndResize,

    /// <summary>Centres are mapped to beginnings.</summary>
    TfHalfPixelForNn,
}

/// <summary>Which element is the nearest one.</summary>
public enum ResizeRounding
{
    /// <summary>Halves go down.</summary>
    RoundPreferFloor,

    /// <summary>Halves go up.</summary>
    RoundPreferCeil,

    /// <summary>The one before.</summary>
    Floor,

    /// <summary>The one behind.</summary>
    Ceil,

    /// <summary>The one before when enlarging, the one behind when reducing.</summary>
    Simple,
}

/// <summary>What the attributes of ONNX Resize say.</summary>
public readonly struct ResizeOptions
{
    /// <summary>Sets all options.</summary>
    public ResizeOptions(ResizeMode mode, ResizeCoordinates coordinates, ResizeRounding rounding, double cubicCoefficient, bool excludeOutside, bool antialias)
    {
        Mode = mode;
        Coordinates = coordinates;
        Rounding = rounding;
        CubicCoefficient = cubicCoefficient;
        ExcludeOutside = excludeOutside;
        Antialias = antialias;
    }

    /// <summary>How an element follows from its neighbours.</summary>
    public ResizeMode Mode { get; }

    /// <summary>How places of the output are mapped to the input.</summary>
    public ResizeCoordinates Coordinates { get; }

    /// <summary>Which element is the nearest.</summary>
    public ResizeRounding Rounding { get; }

    /// <summary>The parameter a of cubic curves.</summary>
    public double CubicCoefficient { get; }

    /// <summary>Whether places outside the input have no weight.</summary>
    public bool ExcludeOutside { get; }

    /// <summary>Whether the filter widens when reducing.</summary>
    public bool Antialias { get; }
}
