using System;
#if HAS_MODEL
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using ImageClassifierExample;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("usage: ImageClassifier images.npy|image.ppm [labels.txt]");
    return 2;
}

string[] names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
ImageBatch batch = ImageBatch.Read(args[0]);
int[]? labels = args.Length == 2 ? [.. File.ReadLines(args[1]).Select(line => int.Parse(line, CultureInfo.InvariantCulture))] : null;
if (batch.PixelsPerImage != Cifar10Net.InputLength)
{
    Console.Error.WriteLine($"The images have {batch.PixelsPerImage} values each, the network takes {Cifar10Net.InputLength}.");
    return 1;
}

var pixels = new float[Cifar10Net.InputLength];
Span<float> logits = stackalloc float[Cifar10Net.LogitsLength];
int right = 0;
var watch = new Stopwatch();
for (int i = 0; i < batch.Count; i++)
{
    batch.Normalise(i, pixels);
    watch.Start();
    Cifar10Net.Predict(pixels, logits);
    watch.Stop();
    int best = ArgMax(logits);
    if (labels is not null && labels[i] == best) right++;
    if (i < 10) Console.WriteLine($"image {i}: {names[best]}" + (labels is null ? "" : labels[i] == best ? "" : $" (labelled {names[labels[i]]})"));
}

if (labels is not null) Console.WriteLine(FormattableString.Invariant($"Accuracy: {100.0 * right / batch.Count:F2} % ({right} of {batch.Count} images)"));
Console.WriteLine(FormattableString.Invariant($"Time per image: {watch.Elapsed.TotalMilliseconds / batch.Count:F2} ms"));
return 0;

static int ArgMax(ReadOnlySpan<float> values)
{
    int best = 0;
    for (int i = 1; i < values.Length; i++)
        if (values[i] > values[best]) best = i;
    return best;
}
#else

Console.Error.WriteLine("""
    This example was built without a model. Give it a CIFAR-10 network (1×3×32×32, normalised RGB):
      dotnet run -c Release --project examples/ImageClassifier -p:Model=/path/to/resnet20.onnx -- images.npy labels.txt
    """);
return 2;
#endif
