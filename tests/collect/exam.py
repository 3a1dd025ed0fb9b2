"""A plan of an exam with 36 parts, as a rubric would give it: ids, asks and phrases of our own."""

from __future__ import annotations

from grader.collect import PartPlan, Plan

# id | what is asked, in our own words | key words of the question's sentences, parted by ;
PARTS = """
1.1 | Sketch bias, variance, training, test and irreducible error against complexity.
  | sketch typical squared bias variance training test irreducible error curves;
  x-axis represent model complexity y-axis represent values each curve; five curves; label each one
1.2 | Explain the shape of each of the five curves. | explain why each five curves shape displayed
2.1 | Compute the Euclidean distance of each observation to the origin.
  | Euclidean distance each observation test point
2.2 | Predict with one nearest neighbour, and say why. | our prediction K=1 test point
2.3 | Predict with three nearest neighbours, and say why. | our prediction K=3
3.1 | Write the probability of an A with the logistic function.
  | expression probability getting A logistic function
3.2 | Estimate the probability of an A for 40 hours and a GPA of 3.5.
  | estimate probability student studies 40 h undergrad GPA 3.5 gets A
3.3 | Find the hours of study that give an even chance.
  | how many hours student part 2 need to study 50% chance getting A
4.1 | Match four decay values with the panels.
  | learning rate decayed learning rate schedule training progresses;
  decay too aggressive prevent learning; four decay values 0.1 0.01 0.001 0.0001;
  match decay value right alphabet; code Figure 2 decay learning rate;
  Figure 4 training test accuracy 4 training jobs
4.2 | Name the early stopping epochs for two thresholds, the overfitting and the best epoch.
  | early stopping criterion generalization loss; stop soon generalization loss exceeds threshold;
  validation error epoch minimum validation error till epoch; early stopping epoch 28% threshold;
  early stopping epoch 150% threshold; epoch overfitting correctly detected;
  epoch model smallest generalization error; answers above terms epochs A B C D E F only;
  epochs marked validation plot
5 | Give the pseudolabels of images X and Y under Nearest-1 to Nearest-4.
  | four source datasets labeled A B C D average feature representation;
  approach creating pseudolabels image;
  cosine similarity image feature representation four datasets;
  concatenate labels nearest n datasets pseudolabel;
  pseudolabels two images Nearest-1 Nearest-2 Nearest-3 Nearest-4 schemes;
  image feature vectors given; Image X -1 1 -1 1; Image Y 1 -1 1 -1
6.1 | Count the connections in the first convolutional layer.
  | how many connections first convolutional layer
6.2 | Say why the third convolutional layer is a fully connected one.
  | why third convolutional layer technically fully connected layer
6.3 | Name the type of layer with most trainable parameters.
  | type layers contributing maximum number trainable parameters
6.4 | Explain how the 1516 parameters of the second convolution layer arise.
  | how get 1516 trainable parameters second convolution layer
7.1 | Draw the data and the noiseless curve.
  | display dataset f(x); scatter plot y smooth line plot f(x)
7.2 | Compute the LOOCV errors of four polynomial models.
  | set random seed compute LOOCV leave one out cross validation errors fitting four models
  least squares
7.3 | Repeat with another seed: are the results the same, and why?
  | repeat 2 using another random seed report results; results same as what got in 2
7.4 | Say which model has the smallest LOOCV error and whether that was expected.
  | which models part 2 smallest LOOCV error; is this what you expected
8.1 | Write loaders for CIFAR10 with three transformations.
  | PyTorch program DataLoader loads images labels torchvision CIFAR10;
  random cropping size 32x32 padding 4; random horizontal flipping probability 0.5;
  normalize image RGB channel mean variance;
  DataLoader training set minibatch size 128 numworkers 2;
  DataLoader testing set minibatch size 100 numworkers 2
8.2 | Write a main function that trains for five epochs.
  | main function creates DataLoaders training set neuralnetwork run 5 epochs complete training
  phase minibatches
8.3 | Report loss and accuracy of each minibatch.
  | each minibatch calculate training loss value training accuracy predictions
9.1 | Use VGG19 as a feature extractor.
  | VGG19 feature extractor send dense layers trained data set
9.2 | Freeze ten layers and train the rest.
  | freeze weights first 10 layers VGG19 retrain subsequent layers
9.3 | Say which approach transfers better, and why.
  | which approach better transferability; create models Tensorflow Pytorch;
  train 10 epochs learning rate 0.001 Adam optimizer batch size 32
10.1 | Complete the table of activations and parameters of VGG16.
  | VGG16 architecture page 3 Table 1 paper Simonyan;
  complete Table 1 activation units parameters each layer VGG16
10.2a | Compute the output sizes of both inception modules.
  | original Googlenet paper Szegedy proposes two architectures Inception module naive
  dimensionality reduction; input inception module 32x32x256 output size filter concatenation
  naive dimensionality reduction inception architectures
10.2b | Count the convolution operations of both inception modules.
  | total number convolutional operations two inception architecture
11.1 | Say which statements on batch normalization are true.
  | which statements true batch normalization; select all that apply;
  batch normalization makes processing single batch faster;
  reducing training time keeping number updates fixed;
  allows network spend same time performing more updates reach minima;
  batch normalization weakens coupling earlier later layers; allows independent learning;
  batch normalization normalizes output distribution more uniform across dimensions;
  batch normalization mitigates effects poor weight initialization;
  allows network initialize weights smaller values close zero
11.2 | Complete the forward pass of batch normalization in numpy.
  | code Figure 7 complete implementation batch normalization forward propagation numpy;
  following formulas helpful
11.3 | State the role of epsilon. | role epsilon hyperparameter batch normalization
11.4 | State what goes wrong with a batch of one. | problem batch normalization batch size of 1
11.5 | Count the parameters of a normalised dense layer.
  | applying batch normalization fully connected dense layer input size 20 output size 30;
  how many training parameters layer including batch normalization parameters
12.1 | Give five architectures with a receptive field of 7 x 7.
  | provide five different architectures;
  receptive field equivalence stacked convolution layers power small filters
12.2 | Count the parameters of each architecture; name the largest and the smallest.
  | total number trainable parameters each five architectures;
  which most number trainable parameters which least
12.3 | Count the computations of each architecture; name the largest and the smallest.
  | total computations required each five architectures;
  which largest computational requirement which smallest
"""


def _parts() -> tuple[PartPlan, ...]:
    lines: list[str] = []
    for line in PARTS.strip().split("\n"):
        if line.startswith(" "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    made = []
    for line in lines:
        id_, ask, phrases = (" ".join(cell.split()) for cell in line.split("|"))
        made.append(PartPlan(id=id_, ask=ask, phrases=tuple(p.strip() for p in phrases.split(";"))))
    return tuple(made)


EXAM = Plan(assignment="exam", parts=_parts())
